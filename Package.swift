// swift-tools-version: 6.3
// SPDX-License-Identifier: Apache-2.0
import PackageDescription

let settings: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
  .treatAllWarnings(as: .error),
]

/// One line a target: its name is its folder, and the list is its whole view of the rest of the system.
func library(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings)
}

/// Tests call the optimized library; to optimize the calls themselves would take a quarter of the time that they build in. No
/// product holds a test, so who depends on this package meets no unsafe flag.
func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, resources: resources,
    swiftSettings: settings + [.unsafeFlags(["-Onone"], .when(configuration: .release))])
}

let families = [
  "GradusSmooth", "GradusBlackBox", "GradusMultiObjective", "GradusDiscrete", "GradusComposite", "GradusBilevel",
  "GradusFirstOrder", "GradusLearning", "GradusLanguage", "GradusPrograms",
]
let foundations = [
  "GradusNumerics", "GradusNative", "GradusLinearAlgebra", "GradusCore", "GradusModeling", "GradusVerification",
  "GradusProblems", "GradusConformance", "GradusAtlas", "GradusStudy", "GradusTrace", "GradusTensor",
]

/// What a user of the library sees.
let everything = foundations.filter { !["GradusConformance", "GradusAtlas"].contains($0) } + families

/// `GRADUS_TESTS=GradusSmoothTests swift test` builds those test targets and what they need, nothing else: an edit and its
/// test in seconds. An empty list builds everything but tests.
let chosenTests = Context.environment["GRADUS_TESTS"].map { Set($0.split(separator: ",").map(String.init)) }

// Targets that see the rest through `Gradus` name what they use of it as well: a build that follows a change does not look through
// the umbrella.
let package = Package(
  name: "gradus",
  platforms: [.macOS(.v15)],
  products: (foundations + families + ["Gradus"]).map { .library(name: $0, targets: [$0]) }
    + [
      .library(name: "GradusAskTell", targets: ["GradusAskTell"]),
      .library(name: "GradusDashboard", targets: ["GradusDashboard"]),
      .library(name: "GradusFormulation", targets: ["GradusFormulation"]),
      .library(name: "libgradus", type: .dynamic, targets: ["GradusC"]),
      .executable(name: "gradus", targets: ["gradus"]),
    ],
  // The command line and its packages: on when this package is built by itself, off with `traits: []` on a user's line.
  traits: [.default(enabledTraits: ["CommandLine"]), "CommandLine"],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0")
  ],
  targets: [
    .target(name: "GradusLanes"),
    library("GradusNumerics", ["GradusLanes"]),
    .target(name: "GradusVariadic"),
    library("GradusNative", ["GradusNumerics", "GradusVariadic"]),
    library("GradusLinearAlgebra", ["GradusNumerics", "GradusNative"]),
    library("GradusCore", ["GradusNumerics"]),
    library("GradusTrace", ["GradusNumerics"]),
    library("GradusTensor", ["GradusTrace", "GradusNumerics", "GradusNative", "GradusLinearAlgebra"]),
    library("GradusModeling", ["GradusNumerics", "GradusNative", "GradusCore", "GradusLinearAlgebra"]),
    library("GradusVerification", ["GradusNumerics", "GradusCore", "GradusModeling"]),
    library("GradusSmooth", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra"]),
    library("GradusBlackBox", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra", "GradusSmooth"]),
    library("GradusMultiObjective", ["GradusNumerics", "GradusCore"]),
    library("GradusDiscrete", ["GradusNumerics", "GradusCore", "GradusModeling", "GradusNative", "GradusSmooth"]),
    library(
      "GradusStudy",
      [
        "GradusNumerics", "GradusNative", "GradusLinearAlgebra", "GradusCore", "GradusBlackBox", "GradusMultiObjective",
        "GradusFirstOrder", "GradusLearning",
      ]),
    library("GradusComposite", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra"]),
    library("GradusBilevel", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra"]),
    library("GradusFirstOrder", ["GradusNumerics", "GradusCore", "GradusNative", "GradusLinearAlgebra"]),
    library(
      "GradusLearning",
      ["GradusNumerics", "GradusCore", "GradusFirstOrder", "GradusTensor", "GradusTrace", "GradusLinearAlgebra"]),
    library(
      "GradusLanguage",
      [
        "GradusNumerics", "GradusNative", "GradusCore", "GradusTrace", "GradusLinearAlgebra", "GradusBlackBox",
        "GradusPrograms",
      ]),
    library("GradusPrograms", ["GradusNumerics", "GradusCore"]),
    library("GradusProblems", ["GradusNumerics", "GradusCore"]),
    library("GradusConformance", ["GradusNumerics", "GradusCore", "GradusProblems"]),
    library("Gradus", everything.map { .byName(name: $0) }),
    library("GradusAtlas", (everything + ["Gradus", "GradusFormulation"]).map { .byName(name: $0) }),
    library(
      "GradusAskTell",
      ["Gradus", "GradusNumerics", "GradusCore", "GradusBlackBox", "GradusFirstOrder", "GradusLearning"]),
    .target(name: "GradusHeader"),
    library("GradusC", ["Gradus", "GradusNumerics", "GradusCore", "GradusAskTell", "GradusHeader"]),
    library(
      "GradusDashboard", ["Gradus", "GradusNumerics", "GradusNative", "GradusCore", "GradusStudy", "GradusAskTell"]),
    library(
      "GradusFormulation",
      ["Gradus", "GradusNumerics", "GradusCore", "GradusNative", "GradusModeling", "GradusDiscrete", "GradusLanguage"]),
    .executableTarget(
      name: "gradus",
      dependencies: [
        "Gradus", "GradusConformance", "GradusAtlas", "GradusAskTell", "GradusDashboard",
        "GradusNumerics", "GradusCore", "GradusNative", "GradusModeling", "GradusLearning", "GradusStudy",
        "GradusLanguage", "GradusFormulation",
        .product(name: "ArgumentParser", package: "swift-argument-parser", condition: .when(traits: ["CommandLine"])),
      ], swiftSettings: settings),
    tests("GradusAtlasTests", ["GradusAtlas", "GradusCore", "GradusNumerics", "GradusBlackBox"]),
    tests("GradusNumericsTests", ["GradusNumerics"]),
    tests("GradusCoreTests", ["GradusNumerics", "GradusCore", "GradusConformance"]),
    library("GradusMaintenance"),
    .executableTarget(name: "gradus-maintain", dependencies: ["GradusMaintenance"], swiftSettings: settings),
    tests("RepositoryTests", ["GradusMaintenance"]),
    tests("GradusNativeTests", ["GradusNative"]),
    tests(
      "GradusDiscreteTests",
      [
        "GradusDiscrete", "GradusModeling", "GradusVerification", "GradusCore", "GradusNative", "GradusNumerics",
        "HelperFixture",
      ]),
    .executableTarget(
      name: "HelperFixture", dependencies: ["GradusDiscrete", "GradusCore", "GradusNative", "GradusNumerics"],
      path: "Tests/HelperFixture", swiftSettings: settings),
    tests("QPInteriorPointTests", ["GradusNumerics", "GradusCore", "GradusModeling", "GradusSmooth"]),
    tests("GradusLinearAlgebraTests", ["GradusNumerics", "GradusNative", "GradusLinearAlgebra"]),
    tests(
      "GradusSmoothTests", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra", "GradusSmooth", "GradusProblems"]),
    tests("GradusBlackBoxTests", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra", "GradusBlackBox"]),
    tests(
      "GradusMultiObjectiveTests",
      ["GradusMultiObjective", "GradusCore", "GradusNumerics", "GradusProblems", "GradusConformance"]),
    tests("GradusCommandTests", ["gradus", "GradusCore", "GradusFirstOrder", "GradusNative"]),
    tests("GradusAskTellTests", ["Gradus", "GradusAskTell"]),
    tests("GradusDashboardTests", ["Gradus", "GradusDashboard", "GradusCore", "GradusNumerics", "GradusStudy"]),
    tests(
      "GradusFormulationTests",
      [
        "GradusFormulation", "Gradus", "GradusNumerics", "GradusCore", "GradusModeling", "GradusDiscrete",
        "GradusLanguage",
      ]),
    tests("GradusProblemsTests", ["GradusNumerics", "GradusCore", "GradusProblems"]),
    tests(
      "ConformanceTests",
      [
        "GradusNumerics", "GradusNative", "GradusCore", "GradusProblems", "GradusConformance", "GradusSmooth",
        "GradusBlackBox", "GradusDiscrete", "GradusComposite", "GradusFirstOrder",
      ]),
    tests(
      "GradusCompositeTests",
      ["GradusNumerics", "GradusCore", "GradusLinearAlgebra", "GradusComposite", "GradusProblems"]),
    tests("GradusBilevelTests", ["GradusNumerics", "GradusCore", "GradusLinearAlgebra", "GradusBilevel"]),
    tests("GradusVerificationTests", ["GradusNumerics", "GradusCore", "GradusModeling", "GradusVerification"]),
    tests(
      "GradusStudyTests",
      [
        "GradusStudy", "GradusBlackBox", "GradusFirstOrder", "GradusLearning", "GradusCore", "GradusLinearAlgebra",
        "GradusNative", "GradusNumerics", "StorageFixture",
      ], resources: [.copy("Reference")]),
    .executableTarget(
      name: "StorageFixture", dependencies: ["GradusStudy", "GradusCore"], path: "Tests/StorageFixture",
      swiftSettings: settings),
    tests(
      "GradusLearningTests",
      [
        "GradusLearning", "GradusFirstOrder", "GradusTensor", "GradusCore", "GradusLinearAlgebra", "GradusNumerics",
      ]),
    tests(
      "GradusFirstOrderTests",
      ["GradusFirstOrder", "GradusCore", "GradusNumerics", "GradusNative", "GradusProblems", "GradusConformance"]),
    tests(
      "GradusLanguageTests",
      ["GradusLanguage", "GradusPrograms", "GradusTrace", "GradusCore", "GradusNative", "GradusNumerics"]),
    tests("GradusProgramsTests", ["GradusPrograms", "GradusCore", "GradusNumerics"]),
    tests("GradusTraceTests", ["GradusTrace"]),
    tests("GradusTensorTests", ["GradusTensor", "GradusTrace", "GradusNumerics", "GradusNative"]),
    tests("TutorialTests", ["Gradus", "GradusFormulation"]),
    tests(
      "SolvingTests",
      [
        "Gradus", "GradusBilevel", "GradusCore", "GradusLearning", "GradusModeling", "GradusNumerics", "GradusSmooth",
        "GradusStudy", "GradusTensor", "GradusTrace",
      ]),
    tests("GradusFormulaTests", ["GradusModeling", "GradusNumerics", "GradusCore"]),
    tests("GradusSymbolicTests", ["GradusModeling", "GradusNumerics", "GradusCore"]),
    tests("FiveElementTests", ["GradusModeling", "GradusNumerics", "GradusNative", "GradusCore"]),
    tests("GradusModelingTests", ["GradusModeling", "GradusNumerics", "GradusNative", "GradusCore"]),
  ].filter { target in target.type != .test || chosenTests?.contains(target.name) ?? true }
)

/// The targets that a target uses.
func used(by target: Target) -> [String] {
  target.dependencies.compactMap { dependency in
    switch dependency {
    case .targetItem(let name, _), .byNameItem(let name, _): name
    default: nil
    }
  }
}

if let chosenTests, !chosenTests.isEmpty {
  var needed = chosenTests
  while true {
    let more = needed.union(package.targets.filter { needed.contains($0.name) }.flatMap(used))
    if more == needed { break }
    needed = more
  }
  package.targets.removeAll { !needed.contains($0.name) }
  package.products.removeAll { !needed.contains($0.name) }
}
