// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusConformance
import GradusCore
import GradusDiscrete
import GradusNative
import GradusSmooth
import Testing

/// A catalogued method as an argument of a test.
struct CatalogedMethod: CustomTestStringConvertible, Sendable {
  var entry: MethodEntry
  var testDescription: String { entry.card.name }
}

@Suite("Every catalogued method obeys every law")
struct LawTests {
  static let entries = SmoothCatalog.entries + BlackBoxCatalog.entries + DiscreteCatalog.entries

  /// The library; linear and integer programs are solved by HiGHS where it is installed.
  static let sources: [ProblemSource] = {
    guard let highs = try? Highs() else { return ProblemSource.library }
    return (try? ProblemSource.library { try HighsOracle($0, highs: highs) }) ?? ProblemSource.library
  }()

  static let hasHighs = (try? Highs()) != nil

  @Test(arguments: entries.filter { $0.card.name != "highs" }.map { CatalogedMethod(entry: $0) })
  func `all laws hold`(_ method: CatalogedMethod) async { await check(method.entry) }

  @Test(.enabled(if: hasHighs, "HiGHS is not installed"))
  func `all laws hold for the method highs`() async throws {
    await check(try #require(Self.entries.first { $0.card.name == "highs" }))
  }

  private func check(_ entry: MethodEntry) async {
    for result in await Conformance.check(entry, sources: Self.sources) {
      #expect(
        result.holds,
        "\(result.law): \(result.violations.prefix(3).map(\.detail).joined(separator: "\n"))")
    }
  }
}
