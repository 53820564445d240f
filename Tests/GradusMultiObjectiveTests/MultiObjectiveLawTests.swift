// SPDX-License-Identifier: Apache-2.0
import GradusConformance
import GradusCore
import GradusMultiObjective
import GradusProblems
import Testing

/// A catalogued method as an argument of a test.
struct CataloguedMethod: CustomTestStringConvertible, Sendable {
  var entry: MethodEntry
  var testDescription: String { entry.card.name }
}

@Suite("Every method for several objectives obeys every law")
struct MultiObjectiveLawTests {
  @Test(arguments: MultiObjectiveCatalog.entries.map { CataloguedMethod(entry: $0) })
  func `all laws hold`(_ method: CataloguedMethod) async {
    for result in await Conformance.check(method.entry) {
      #expect(
        result.holds,
        "\(result.law): \(result.violations.prefix(3).map(\.detail).joined(separator: "\n"))")
    }
  }
}
