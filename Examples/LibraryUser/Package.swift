// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

// A user of the library names the products it needs: nothing of the command line is resolved or built.
let package = Package(
  name: "library-user",
  platforms: [.macOS(.v15)],
  dependencies: [.package(name: "gradus", path: "../..", traits: [])],
  targets: [
    .target(
      name: "Steps",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
      ]),
    .executableTarget(
      name: "compare", dependencies: ["Steps", .product(name: "GradusSmooth", package: "gradus")]),
    // README's Swift, word for word: a test compares the two.
    .executableTarget(
      name: "readme",
      dependencies: [
        .product(name: "GradusCore", package: "gradus"), .product(name: "GradusNumerics", package: "gradus"),
        .product(name: "GradusSmooth", package: "gradus"),
      ]),
  ]
)
