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
    ("do { return (k, try await f()) } catch {}", true), ("group.addTask { (i, try await body(i)) }", true),
    ("group.addTask { [k] in\n  (k,\n   .success(try await f(k)))\n}", true), ("return (try await a(), b, c[0])", true),
    ("return (k, awaited)", false), ("return (try await f(a, b))", false), ("return (k, answer)", false),
    ("let (a, b) = (try await f(), try await g())", false), ("return (k, \"await\")", false),
    ("return (a, { await f() })", false),
  ])
  func tuples(text: String, caught: Bool) {
    #expect(repository(["Sources/GradusCore/A.swift": text]).tuplesAcrossWaits.isEmpty == !caught)
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
    let text = try #require(before.listFiles["Sources/GradusSmooth/Catalog.swift"])
    #expect(text.contains("    MethodEntry(Descent.self),\n    MethodEntry(Newton.self),\n  ]"))
    let after = repository(sources.merging(["Sources/GradusSmooth/Catalog.swift": text]) { $1 })
    #expect(after.staleCatalogs.isEmpty)
    let documented = sources.merging([
      "Sources/GradusSmooth/B.swift": "/// Newton.\n///\n///     x − g\npublic struct Newton: Catalogued {"
    ]) { $1 }
    let page = try #require(repository(documented).listFiles["Sources/GradusSmooth/Catalog.swift"])
    #expect(page.contains("      page: \"\"\"\n        Newton.\n\n            x − g\n        \"\"\")"))
    let extra = repository(["Sources/GradusBlackBox/Catalog.swift": text])
    #expect(extra.staleCatalogs.map(\.file) == ["Sources/GradusBlackBox/Catalog.swift"])
  }

  /// A hundred rules with pages of ten lines: 13 lines an entry.
  static func rules(_ names: [Int]) -> [String: String] {
    let page = String(repeating: "/// x\n", count: 10)
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ("Sources/GradusFirstOrder/R\($0).swift", page + "public struct R\($0): CataloguedRule {")
      })
  }

  @Test func ruleListsComeInParts() throws {
    let folder = "Sources/GradusFirstOrder/RuleCatalog"
    let sources = Self.rules(Array(100..<200))
    let lists = repository(sources).listFiles
    #expect(lists.keys.sorted() == [1, 2, 3, 4].map { "\(folder)+\($0).swift" } + ["\(folder).swift"])
    #expect(lists["\(folder).swift"]?.contains("entries: [RuleEntry] = part1 + part2 + part3 + part4\n") == true)
    #expect(repository(lists).tooLong.isEmpty)
    let named = lists.sorted { $0.key < $1.key }.flatMap {
      $0.value.matches(of: #/ R(\d+)\.self/#).map { Int($0.output.1) }
    }
    #expect(named == Array(100..<200))

    let complete = sources.merging(lists) { $1 }
    #expect(repository(complete).staleCatalogs.isEmpty)
    var edited = complete
    edited["\(folder)+2.swift"]? += "// by hand\n"
    edited["\(folder)+4.swift"] = nil
    edited["\(folder)+5.swift"] = "extension RuleCatalog {}"
    #expect(
      repository(edited).staleCatalogs.map(\.file) == [2, 4, 5].map { "\(folder)+\($0).swift" })
  }

  @Test func ruleListsAreWrittenAndPartsRemoved() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
    let folder = root.appendingPathComponent("Sources/GradusFirstOrder")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: root) }
    try Self.manifest.write(to: root.appendingPathComponent("Package.swift"), atomically: true, encoding: .utf8)
    for (path, text) in Self.rules(Array(100..<140)) {
      try text.write(to: root.appendingPathComponent(path), atomically: true, encoding: .utf8)
    }
    let parts = ["RuleCatalog+1.swift", "RuleCatalog+2.swift", "RuleCatalog.swift"]
    let paths = parts.map { "Sources/GradusFirstOrder/\($0)" }
    #expect(try Repository(root: root).writeCatalogs() == paths)
    #expect(try Repository(root: root).writeCatalogs().isEmpty)
    for name in 100..<120 { try FileManager.default.removeItem(at: folder.appendingPathComponent("R\(name).swift")) }
    #expect(try Repository(root: root).writeCatalogs() == paths)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter { $0.hasPrefix("RuleC") }
    #expect(left == ["RuleCatalog.swift"])
    #expect(try Repository(root: root).staleCatalogs.isEmpty)
  }
}
