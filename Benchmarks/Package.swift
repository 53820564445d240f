// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
  name: "gradus-benchmarks",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "gradus", path: "..", traits: [])],
  targets: [
    .target(name: "AllocationCounter"),
    .target(name: "PlainLoops"),
    .executableTarget(
      name: "loop",
      dependencies: [
        "AllocationCounter", .product(name: "GradusCore", package: "gradus"),
        .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "kkt",
      dependencies: [
        "AllocationCounter", .product(name: "GradusLinearAlgebra", package: "gradus"),
        .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "rules", dependencies: [.product(name: "GradusFirstOrder", package: "gradus")], swiftSettings: settings),
    .executableTarget(
      name: "rule-throughput",
      dependencies: [
        "PlainLoops", .product(name: "GradusFirstOrder", package: "gradus"),
        .product(name: "GradusNative", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "sweeps",
      dependencies: [
        .product(name: "GradusLinearAlgebra", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "bo",
      dependencies: [
        .product(name: "GradusBlackBox", package: "gradus"), .product(name: "GradusCore", package: "gradus"),
        .product(name: "GradusLinearAlgebra", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "studies",
      dependencies: [
        .product(name: "GradusBlackBox", package: "gradus"), .product(name: "GradusCore", package: "gradus"),
        .product(name: "GradusNumerics", package: "gradus"), .product(name: "GradusStudy", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "cma",
      dependencies: [
        .product(name: "GradusBlackBox", package: "gradus"), .product(name: "GradusCore", package: "gradus"),
        .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "completion",
      dependencies: [
        .product(name: "GradusComposite", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "derivatives", dependencies: [.product(name: "Gradus", package: "gradus")], swiftSettings: settings),
    .executableTarget(
      name: "formulation",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusFormulation", package: "gradus"),
        .product(name: "GradusModeling", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "language",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusLanguage", package: "gradus"),
        .product(name: "GradusNative", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
        .product(name: "GradusTrace", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "muon",
      dependencies: [
        .product(name: "GradusFirstOrder", package: "gradus"), .product(name: "GradusLinearAlgebra", package: "gradus"),
        .product(name: "GradusNative", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "nlp", dependencies: [.product(name: "Gradus", package: "gradus")], swiftSettings: settings),
    .executableTarget(
      name: "read", dependencies: [.product(name: "GradusModeling", package: "gradus")], swiftSettings: settings),
    .executableTarget(
      name: "states",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusFirstOrder", package: "gradus"),
        .product(name: "GradusNative", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "tensors",
      dependencies: [
        "AllocationCounter", .product(name: "GradusTensor", package: "gradus"),
        .product(name: "GradusTrace", package: "gradus"), .product(name: "GradusNative", package: "gradus"),
        .product(name: "GradusLinearAlgebra", package: "gradus"),
      ],
      swiftSettings: settings),
    .executableTarget(
      name: "qp",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusModeling", package: "gradus"),
        .product(name: "GradusNumerics", package: "gradus"), .product(name: "GradusSmooth", package: "gradus"),
      ],
      swiftSettings: settings),
  ]
)
