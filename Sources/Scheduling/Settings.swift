extension Coordinator {
    /// The coordinator's times and limits.
    package struct Settings: Hashable, Sendable {
        /// How long a lease lives without a heartbeat that lists it. Twelve heartbeats: a busy machine, a short network
        /// cut or a garbage collection of the file system must not cost a training run.
        package var leaseDuration: Duration = .seconds(60)
        /// How often workers report. Three silent intervals are a lost connection to the worker, two make room for a
        /// second process of the same name.
        package var heartbeatInterval: Duration = .seconds(5)
        /// A lease that no heartbeat lists for this long is sent again with the same epoch: an accepted send is a queued
        /// send, nothing more.
        package var grantTimeout: Duration = .seconds(10)
        /// After a restart, how long leases of the coordinator before wait for the worker that holds them.
        package var restartGrace: Duration = .seconds(60)
        /// What a worker needs beyond the estimated time of a stage before its machine is taken away: loading,
        /// checkpointing, uploading.
        package var wallTimeMargin: Duration = .seconds(60)
        /// How long a worker with a full disk is passed over, and how long a stage avoids the worker it failed on.
        package var backOff: Duration = .seconds(60)
        /// Failures of one cause after which a stage is given up on; a cause without a limit is never held against it.
        ///
        /// A crash may be the machine's fault, so three machines may try; running out of memory and an invalid stage
        /// (another worker may have the data) repeat themselves, so two. Losing five workers in a row is more than bad
        /// luck. Time limits are the batch system's doing and a full disk is the worker's.
        package var limits: [Failure.Cause: Int] = [
            .engineCrash: 3, .outOfMemory: 2, .invalidStage: 2, .artifact: 3, .lostWorker: 5,
        ]

        package init() {}
    }
}
