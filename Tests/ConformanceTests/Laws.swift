// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusComposite
import GradusConformance
import GradusCore
import GradusDiscrete
import GradusNative
import GradusProblems
import GradusSmooth
import Testing

/// A catalogued method as an argument of a test.
struct CatalogedMethod: CustomTestStringConvertible, Sendable {
  var entry: MethodEntry
  var testDescription: String { entry.card.name }
}

@Suite("Every catalogued method obeys every law")
struct LawTests {
  static let entries =
    SmoothCatalog.entries + BlackBoxCatalog.entries + DiscreteCatalog.entries + CompositeCatalog.entries

  /// The library; linear and integer programs are solved by HiGHS where it is installed.
  static let sources: [ProblemSource] = {
    guard let highs = try? Highs() else { return ProblemSource.library }
    return (try? ProblemSource.library { try HighsOracle($0, highs: highs) }) ?? ProblemSource.library
  }()

  /// Problems written as formulas, with HiGHS for their relaxations.
  static func formulas(for entry: MethodEntry) -> [ProblemSource] {
    FormulaExamples.all(convex: entry.card.name == "outer-approximation").compactMap { example in
      let known = try? ProblemLibrary.problem(named: example.name)
      return known.map { ProblemSource($0.stated(as: [example.program]), oracles: [example.oracle]) }
    }
  }

  /// Methods whose questions HiGHS answers.
  static let outside = ["highs", "outer-approximation", "spatial-branch-and-bound"]

  static let hasHighs = (try? Highs()) != nil

  @Test(arguments: entries.filter { !outside.contains($0.card.name) }.map { CatalogedMethod(entry: $0) })
  func `all laws hold`(_ method: CatalogedMethod) async { await check(method.entry) }

  @Test(.enabled(if: hasHighs, "HiGHS is not installed"), arguments: outside)
  func `all laws hold for methods that ask HiGHS`(_ name: String) async throws {
    await check(try #require(Self.entries.first { $0.card.name == name }))
  }

  private func check(_ entry: MethodEntry) async {
    for result in await Conformance.check(entry, sources: Self.sources + Self.formulas(for: entry)) {
      #expect(
        result.holds,
        "\(result.law): \(result.violations.prefix(3).map(\.detail).joined(separator: "\n"))")
    }
  }
}
