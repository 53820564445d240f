// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusFirstOrder
import GradusProblems
import Testing

/// Update rules as methods of the catalog.
@Suite struct RuleLawTests {
  static let names = RuleCatalog.entries.map(\.card.name)

  @Test(arguments: names)
  func `all laws hold`(_ name: String) async throws {
    let entry = try #require(RuleCatalog.entries.first { $0.card.name == name })
    for result in await Conformance.check(entry.method) {
      #expect(
        result.holds, "\(result.law): \(result.violations.prefix(3).map(\.detail).joined(separator: "\n"))")
    }
  }
}
