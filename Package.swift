// swift-tools-version:6.2

import PackageDescription

/// Language mode 6 with every warning an error, in our own targets only: packages keep their own rules.
let settings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
]

func module(_ name: String, path: String? = nil, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
    .target(name: name, dependencies: dependencies, path: path, resources: resources, swiftSettings: settings)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: ["Support"] + dependencies, swiftSettings: settings)
}

let collections = "swift-collections"
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let metrics: Target.Dependency = .product(name: "Metrics", package: "swift-metrics")

let package = Package(
    name: "deskyard",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "deskyard", targets: ["deskyard"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird", .upToNextMinor(from: "2.28.1")),
        .package(url: "https://github.com/apple/swift-nio", .upToNextMinor(from: "2.101.2")),
        .package(url: "https://github.com/apple/swift-log", .upToNextMinor(from: "1.16.2")),
        .package(url: "https://github.com/apple/swift-metrics", .upToNextMinor(from: "2.13.0")),
        .package(url: "https://github.com/apple/swift-argument-parser", .upToNextMinor(from: "1.8.2")),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", .upToNextMinor(from: "2.13.0")),
        .package(url: "https://github.com/apple/swift-configuration", .upToNextMinor(from: "1.4.0")),
        .package(url: "https://github.com/apple/swift-crypto", .upToNextMinor(from: "4.5.2")),
        .package(url: "https://github.com/apple/swift-collections", .upToNextMinor(from: "1.6.0")),
    ],
    targets: [
        .systemLibrary(name: "CLibpq", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        module("Postgres", ["CLibpq", logging, metrics, .product(name: "DequeModule", package: collections)]),
        module("Domain", []),
        module("JSON", []),
        module("Schema", path: "sql", ["Postgres"], resources: [.copy("migrations"), .copy("checks"), .copy("roles.sql")]),
        module("Repositories", ["Domain", "JSON", "Postgres"]),
        module("Services", ["Domain", "Repositories", .product(name: "Crypto", package: "swift-crypto")]),
        module("Jobs", ["Domain", "Services", logging, metrics, .product(name: "DequeModule", package: collections)]),
        module(
            "API",
            [
                "Domain", "JSON", "Services", logging, metrics, .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ]),
        .executableTarget(
            name: "deskyard",
            dependencies: [
                "API", "Jobs", "Schema", "Services", "Repositories", "Postgres", "Domain", logging, metrics,
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Hummingbird", package: "hummingbird"),
            ],
            swiftSettings: settings),
        .target(
            name: "Support", dependencies: ["Postgres", "Schema", "Repositories", "Services", "API", "Jobs", "Domain", "JSON"],
            path: "Tests/Support",
            swiftSettings: settings),
        tests("PostgresTests", ["Postgres"]),
        tests("DomainTests", ["Domain"]),
        tests("JSONTests", ["JSON"]),
        tests("RepositoriesTests", ["Repositories"]),
        tests("ServicesTests", ["Services"]),
        tests("JobsTests", ["Jobs"]),
        tests("APITests", ["API"]),
        tests("DeskyardTests", ["deskyard", "JSON", "Postgres"]),
        tests("ArchitectureTests", ["Repositories", "API"]),
        .executableTarget(
            name: "Benchmarks", dependencies: ["Postgres", "Schema", "Repositories", "Domain", "Services", "Jobs", "JSON", logging],
            path: "Tests/Benchmarks",
            swiftSettings: settings),
    ]
)
