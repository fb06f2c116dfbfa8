internal import GRDB

/// The tables. A migration, once released, is never changed: the next version adds one.
enum Schema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1") { try $0.execute(sql: version1) }
        // Where a stage has a result and is open again: the epoch after which it was opened.
        migrator.registerMigration("2") { try $0.execute(sql: "ALTER TABLE stage ADD COLUMN reopened INTEGER") }
        migrator.registerMigration("3") { try $0.execute(sql: version3) }
        return migrator
    }()

    /// Tells the database from every other one; one that was in use before keeps what tells it already. And a sweep that
    /// was given the id `last`, which now means the sweep submitted last, gets the first of `last-1`, `last-2`, ... that is
    /// free.
    private static let version3 = """
        ALTER TABLE coordinator ADD COLUMN identity TEXT NOT NULL DEFAULT '';
        UPDATE coordinator SET identity = coalesce(
            (SELECT printf('%s %.6f', id, submitted_at) FROM sweep WHERE number = 1), lower(hex(randomblob(16))));
        WITH RECURSIVE candidate (suffix) AS (
            SELECT 1
            UNION ALL
            SELECT suffix + 1 FROM candidate WHERE EXISTS (SELECT 1 FROM sweep WHERE id = 'last-' || suffix)
        )
        UPDATE sweep SET id = 'last-' || (SELECT max(suffix) FROM candidate) WHERE id = 'last';
        """

    /// Times are Unix seconds. Outcomes, failures and artifact references are JSON.
    private static let version1 = """
        CREATE TABLE coordinator (
            id INTEGER PRIMARY KEY CHECK (id = 1),
            epoch INTEGER NOT NULL
        ) STRICT;
        INSERT INTO coordinator VALUES (1, 0);

        -- What the key hashes, the fencing number of the last lease and who holds it.
        CREATE TABLE stage (
            key TEXT PRIMARY KEY NOT NULL,
            description TEXT NOT NULL,
            epoch INTEGER NOT NULL DEFAULT 0,
            holder TEXT,
            quarantine TEXT,
            resume TEXT
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE sweep (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            network TEXT NOT NULL,
            dataset TEXT NOT NULL,
            priority INTEGER NOT NULL,
            engine TEXT NOT NULL,
            yaml TEXT NOT NULL,
            cached INTEGER NOT NULL,
            state TEXT NOT NULL,
            submitted_at REAL NOT NULL,
            finished_at REAL NOT NULL DEFAULT 0
        ) STRICT;

        -- A sweep's stages, parents before children; the label is the sweep's own.
        CREATE TABLE sweep_stage (
            sweep INTEGER NOT NULL REFERENCES sweep (number),
            position INTEGER NOT NULL,
            stage TEXT NOT NULL REFERENCES stage (key),
            label TEXT NOT NULL,
            PRIMARY KEY (sweep, position)
        ) STRICT, WITHOUT ROWID;

        -- `stages` lists positions in sweep_stage: "0,12".
        CREATE TABLE task (
            sweep INTEGER NOT NULL REFERENCES sweep (number),
            position INTEGER NOT NULL,
            label TEXT NOT NULL,
            method TEXT NOT NULL,
            level TEXT NOT NULL,
            seed INTEGER NOT NULL,
            stages TEXT NOT NULL,
            PRIMARY KEY (sweep, position)
        ) STRICT, WITHOUT ROWID;

        -- The primary key is a fence of its own: no fencing number is given out twice.
        CREATE TABLE lease (
            stage TEXT NOT NULL REFERENCES stage (key),
            epoch INTEGER NOT NULL,
            worker TEXT NOT NULL,
            granted_at REAL NOT NULL,
            PRIMARY KEY (stage, epoch)
        ) STRICT, WITHOUT ROWID;

        -- Exactly one accepted result a stage.
        CREATE TABLE result (
            stage TEXT PRIMARY KEY NOT NULL REFERENCES stage (key),
            epoch INTEGER NOT NULL,
            worker TEXT NOT NULL,
            outcome TEXT NOT NULL,
            received_at REAL NOT NULL
        ) STRICT, WITHOUT ROWID;

        CREATE TABLE replica (
            number INTEGER PRIMARY KEY,
            stage TEXT NOT NULL REFERENCES stage (key),
            epoch INTEGER NOT NULL,
            worker TEXT NOT NULL,
            outcome TEXT NOT NULL,
            received_at REAL NOT NULL
        ) STRICT;

        CREATE TABLE failure (
            number INTEGER PRIMARY KEY,
            stage TEXT NOT NULL REFERENCES stage (key),
            epoch INTEGER NOT NULL,
            worker TEXT NOT NULL,
            failure TEXT NOT NULL,
            failed_at REAL NOT NULL,
            -- 0 once a later submission asked for the stage again.
            counts INTEGER NOT NULL DEFAULT 1
        ) STRICT;
        CREATE INDEX failure_stage ON failure (stage);
        """
}
