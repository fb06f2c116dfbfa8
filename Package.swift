// swift-tools-version: 6.2
import Foundation
import PackageDescription

// The target list is the architecture diagram: pure values at the bottom, input and output around them, wiring on top.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

// MARK: - Packages

let dependencies: [Package.Dependency] = [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-protobuf", from: "1.39.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
]

let argumentParser: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let grdb: Target.Dependency = .product(name: "GRDB", package: "GRDB.swift")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let protobuf: Target.Dependency = .product(name: "SwiftProtobuf", package: "swift-protobuf")
let subprocess: Target.Dependency = .product(name: "Subprocess", package: "swift-subprocess")
let systemPackage: Target.Dependency = .product(name: "SystemPackage", package: "swift-system")
let signals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")

// MARK: - Coordination: builds without libtorch

var targets: [Target] = [
    .systemLibrary(name: "CZeroMQ", providers: [.apt(["libzmq3-dev"])]),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "Files", swiftSettings: strict),
    .target(name: "Terminal", dependencies: ["Files", argumentParser, logging], swiftSettings: strict),
    .target(name: "ZeroMQ", dependencies: ["CZeroMQ", "Files"], swiftSettings: strict),
    .target(name: "Sweep", dependencies: [crypto, yams], swiftSettings: strict),
    .target(
        name: "Wire", dependencies: ["Scheduling", "Sweep", protobuf], exclude: ["espalier.proto"],
        swiftSettings: strict),
    .target(name: "Scheduling", dependencies: ["Sweep", collections], swiftSettings: strict),
    .target(name: "Store", dependencies: ["Files", "Scheduling", "Sweep", grdb], swiftSettings: strict),
    .target(name: "Artifacts", dependencies: ["Files", "Wire", "Sweep", crypto, protobuf], swiftSettings: strict),
    .target(name: "Frontier", swiftSettings: strict),
    .target(
        name: "Report", dependencies: ["Files", "Frontier", "Sweep"], resources: [.copy("Resources")],
        swiftSettings: strict),
    .target(
        name: "Coordinator",
        dependencies: [
            "Files", "Scheduling", "Store", "Artifacts", "Report", "Sweep", "Wire", "ZeroMQ", logging, crypto, protobuf,
        ],
        swiftSettings: strict),
    .target(
        name: "Worker",
        dependencies: [
            "Files", "Scheduling", "Artifacts", "Sweep", "Wire", "ZeroMQ", logging, crypto, subprocess, systemPackage,
        ],
        swiftSettings: strict),
    .target(
        name: "EspalierTestKit", dependencies: ["Scheduling", "Sweep", "Wire", collections], swiftSettings: strict),
    .executableTarget(
        name: "espalier",
        dependencies: [
            "Coordinator", "Worker", "Report", "Frontier", "Scheduling", "Sweep", "Terminal", "Wire", "ZeroMQ",
            argumentParser, crypto, logging, signals,
        ],
        swiftSettings: strict),
    .executableTarget(
        name: "espalier-fake-engine", dependencies: ["EspalierTestKit"], swiftSettings: strict),

    .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: strict),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal", logging], swiftSettings: strict),
    .testTarget(name: "ZeroMQTests", dependencies: ["EspalierTestKit", "ZeroMQ"], swiftSettings: strict),
    .testTarget(name: "SweepTests", dependencies: ["Sweep"], swiftSettings: strict),
    .testTarget(name: "DeployTests", dependencies: ["Sweep", subprocess], swiftSettings: strict),
    .testTarget(name: "WireTests", dependencies: ["Wire", protobuf], swiftSettings: strict),
    .testTarget(
        name: "SchedulingTests", dependencies: ["Scheduling", "EspalierTestKit", "Sweep"], swiftSettings: strict),
    .testTarget(name: "StoreTests", dependencies: ["Store", "Scheduling", "Sweep", grdb], swiftSettings: strict),
    .testTarget(
        name: "ArtifactsTests",
        dependencies: ["Artifacts", "EspalierTestKit", "ZeroMQ", "Wire", "Sweep", crypto, protobuf],
        swiftSettings: strict),
    .testTarget(name: "FrontierTests", dependencies: ["Frontier", "EspalierTestKit"], swiftSettings: strict),
    .testTarget(name: "ReportTests", dependencies: ["Report", "Files", "Frontier", "Sweep"], swiftSettings: strict),
    .testTarget(
        name: "CoordinatorTests",
        dependencies: [
            "Artifacts", "Coordinator", "EspalierTestKit", "Files", "Report", "Scheduling", "Store", "Sweep", "Wire",
            "ZeroMQ", grdb, logging, protobuf,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "WorkerTests",
        dependencies: [
            "Worker", "EspalierTestKit", "espalier-fake-engine", "Artifacts", "Scheduling", "Sweep", "Wire", "ZeroMQ",
            logging,
        ],
        swiftSettings: strict),
    .testTarget(
        name: "SystemTests",
        dependencies: [
            "espalier", "espalier-fake-engine", "EspalierTestKit", "Report", "Sweep", "Wire", "ZeroMQ", grdb, protobuf,
            subprocess,
        ],
        swiftSettings: strict),
]

// MARK: - Engine: only where libtorch is found

let environment = ProcessInfo.processInfo.environment
let named = environment["LIBTORCH"].flatMap { $0.isEmpty ? nil : $0 }
let libtorch = named ?? "\(Context.packageDirectory)/.libtorch/torch"

if FileManager.default.fileExists(atPath: "\(libtorch)/include/ATen/ATen.h") {
    let headers = ["-isystem", "\(libtorch)/include", "-isystem", "\(libtorch)/include/torch/csrc/api/include"]
    let engine: [Target] = [
        .systemLibrary(name: "CTurboJPEG", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CPNG", providers: [.apt(["libpng-dev"])]),
        .target(
            name: "CTorch",
            cxxSettings: [.unsafeFlags(headers + ["-O2", "-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [
                .unsafeFlags(["-L\(libtorch)/lib", "-Xlinker", "-rpath", "-Xlinker", "\(libtorch)/lib"]),
                .linkedLibrary("torch_cpu"), .linkedLibrary("c10"), .linkedLibrary("torch"),
            ]),
        .target(name: "Torch", dependencies: ["CTorch", "Files"], swiftSettings: strict),
        .target(
            name: "Datasets", dependencies: ["Torch", "Sweep", "CPNG", "CTurboJPEG", "CZlib", crypto],
            resources: [.copy("Resources")], swiftSettings: strict),
        .target(name: "Networks", dependencies: ["Torch", "Sweep"], swiftSettings: strict),
        .target(name: "Pruning", dependencies: ["Networks", "Torch", "Sweep"], swiftSettings: strict),
        .target(
            name: "Engine",
            dependencies: ["Datasets", "Files", "Networks", "Pruning", "Torch", "Sweep", "Wire", crypto, protobuf],
            swiftSettings: strict),
        .executableTarget(
            name: "espalier-engine", dependencies: ["Datasets", "Engine", "Sweep", "Terminal", argumentParser],
            swiftSettings: strict),
        .testTarget(name: "TorchTests", dependencies: ["Torch"], swiftSettings: strict),
        .testTarget(
            name: "DatasetsTests", dependencies: ["Datasets", "Sweep", "Torch", "CPNG", "CTurboJPEG"],
            swiftSettings: strict),
        .testTarget(name: "NetworksTests", dependencies: ["Networks", "Torch", "Sweep"], swiftSettings: strict),
        .testTarget(
            name: "PruningTests", dependencies: ["Pruning", "Networks", "Torch", "Sweep"],
            exclude: [
                "reference_groups.py", "reference_rewriters.py", "reference_scores.py", "reference_trainers.py",
                "tensors.py",
            ],
            swiftSettings: strict),
        .testTarget(
            name: "EngineTests",
            dependencies: ["Datasets", "Engine", "espalier-engine", "Networks", "Pruning", "Sweep", "Torch"],
            exclude: ["check_logits.py"], swiftSettings: strict),
    ]
    targets += engine
}

let package = Package(
    name: "espalier",
    products: [.executable(name: "espalier", targets: ["espalier"])],
    dependencies: dependencies,
    targets: targets,
    swiftLanguageModes: [.v6],
    cxxLanguageStandard: .cxx20
)
