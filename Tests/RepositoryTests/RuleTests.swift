// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusMaintenance
import Testing

/// Each rule catches what it is for, on small made-up repositories.
@Suite struct RuleTests {
  static let manifest = """
    let families = [
      "GradusSmooth",
      "GradusBlackBox",
    ]
        library("GradusCore", ["GradusNumerics"]),
        library(
          "GradusSmooth",
          ["GradusNumerics", "GradusCore"]),
        library("GradusBlackBox", ["GradusNumerics", "GradusCore"]),
    """

  func repository(_ files: [String: String]) -> Repository {
    let all = files.merging(["Package.swift": Self.manifest]) { given, _ in given }
    return Repository(
      root: URL(fileURLWithPath: "/nowhere"),
      files: all.sorted { $0.key < $1.key }.map { SourceFile(path: $0, text: $1) })
  }

  @Test(arguments: [(399, 0), (400, 1)])
  func lengths(lines: Int, findings: Int) {
    let text = String(repeating: "let a = 1\n", count: lines)
    #expect(repository(["Sources/GradusCore/A.swift": text]).tooLong.count == findings)
  }

  @Test(arguments: [
    ("import GradusCore", "GradusSmooth", true),
    ("public import GradusCore", "GradusSmooth", true),
    ("@preconcurrency package import struct GradusModeling.StandardForm", "GradusSmooth", false),
    ("import GradusBlackBox", "GradusSmooth", false),
    ("import GradusSmooth", "GradusDiscrete", true),
    ("import Foundation", "GradusCore", true),
    ("  import FoundationEssentials", "GradusNumerics", false),
    ("import GradusModeling", "GradusVerification", true),
    ("import GradusSmooth", "GradusVerification", false),
    ("import ArgumentParser", "GradusCore", false),
    ("import ArgumentParser", "gradus", true),
    ("// import GradusSmooth", "GradusCore", true),
  ])
  func floors(line: String, target: String, allowed: Bool) {
    let findings = repository(["Sources/\(target)/A.swift": "\n" + line]).floorViolations
    #expect(findings.isEmpty == allowed)
    if !allowed { #expect(findings.first?.line == 2) }
  }

  @Test(arguments: [
    ("let a = try" + "! b()", true), ("let a = b as" + "! C", true), ("let a = b as? C", false),
    ("fatal" + "Error(\"\")", true), ("// TO" + "DO", true), ("let s = \"as" + "! x\"", false),
    ("struct A: @unchecked " + "Sendable {}", true),
  ])
  func words(line: String, caught: Bool) {
    #expect(repository(["Sources/GradusCore/A.swift": line]).bannedWords.isEmpty == !caught)
  }

  @Test(arguments: [
    ("see /wo" + "rk/x", true), ("\"/tm" + "p/x\"", true), ("../wo" + "rk/x", false), ("a/tm" + "p/b", false),
    ("x = 1 / 2", false),
  ])
  func paths(line: String, caught: Bool) {
    #expect(repository(["README.md": line]).machinePaths.isEmpty == !caught)
  }

  @Test(arguments: [
    ("public func f() {}", ["f()"]), ("/// F.\npublic func f() {}", []), ("func f() {}", []),
    ("/// F.\n@inlinable\npublic func f() {}", []), ("public static func + (a: A, b: A) -> A { a }", ["+(_:_:)"]),
    ("public func g(\n  _ a: [Int: (Int) -> Int], of b: Int\n) async throws -> Int {}", ["g(_:of:)"]),
    ("public struct S {\n  public var a = 1\n  public init() {}\n}", ["S"]),
    ("public init(_ a: Int) throws {\n", ["init(_:)"]), ("public init?(a: Int) {\n", ["init(a:)"]),
    ("public static func == (a: Self, b: Self) -> Bool {", []),
    ("public func hash(into hasher: inout Hasher) {", []),
    (
      "/// P.\npublic protocol P {\n  func f(of a: Int)\n}\nextension Q: P { public func f(of b: Int) {} }",
      ["f(of:)"]
    ),
    (
      "/// P.\npublic protocol P {\n  /// F.\n  func f(of a: Int)\n}\nextension Q: P { \n  public func f(of b: Int) {} }",
      []
    ),
    ("/// \"\nlet a = \"public func f() {}\"", []), ("  public subscript(i: Int) -> Int { 0 }", ["subscript(i:)"]),
  ])
  func comments(_ text: String, _ names: [String]) {
    let findings = repository(["Sources/GradusCore/A.swift": text]).undocumented
    #expect(findings.map(\.message) == names.map { "`\($0)` has no documentation comment" })
    #expect(repository(["Sources/gradus/A.swift": text]).undocumented.isEmpty)
  }

  @Test func licenses() {
    let files = [
      "Sources/GradusCore/A.swift": "import Foundation",
      "tools/a.py": "#!/bin/python\n# SPDX-License-Identifier: Apache-2.0",
    ]
    #expect(repository(files).unlicensed.map(\.file) == ["Package.swift", "Sources/GradusCore/A.swift"])
  }

  @Test func catalogs() throws {
    let sources = [
      "Sources/GradusSmooth/B.swift": "public struct Newton: OptimizationMethod, Catalogued {",
      "Sources/GradusSmooth/A.swift":
        "public struct Descent:\n  Catalogued\n{\nlet c: Catalogued.Type\n// struct No: Catalogued {",
      "Sources/GradusSmooth/C.swift":
        "extension Broyden: Catalogued {\nstruct Inner: Sendable {}\nextension A: Catalogued where R: B {",
    ]
    let before = repository(sources)
    #expect(before.catalogs.map(\.methods) == [["Broyden", "Descent", "Newton"], []])
    #expect(before.staleCatalogs.map(\.file) == ["Sources/GradusSmooth/Catalog.swift"])
    let text = try #require(before.catalogs.first?.text)
    #expect(text.contains("    MethodEntry(Descent.self),\n    MethodEntry(Newton.self),\n  ]"))
    let after = repository(sources.merging(["Sources/GradusSmooth/Catalog.swift": text]) { $1 })
    #expect(after.staleCatalogs.isEmpty)
    let documented = sources.merging([
      "Sources/GradusSmooth/B.swift": "/// Newton.\n///\n///     x − g\npublic struct Newton: Catalogued {"
    ]) { $1 }
    let page = try #require(repository(documented).catalogs.first?.text)
    #expect(page.contains("      page: \"\"\"\n        Newton.\n\n            x − g\n        \"\"\")"))
    let extra = repository(["Sources/GradusBlackBox/Catalog.swift": text])
    #expect(extra.staleCatalogs.map(\.file) == ["Sources/GradusBlackBox/Catalog.swift"])
  }
}
