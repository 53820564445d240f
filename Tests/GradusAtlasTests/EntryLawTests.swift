// SPDX-License-Identifier: Apache-2.0
import GradusAtlas
import Testing

/// The laws on every demonstration, at the fast size. Debug builds leave them out: they measure for minutes there.
@Suite struct EntryLawTests {
  static var isOptimized: Bool {
    #if DEBUG
      false
    #else
      true
    #endif
  }

  @Test(
    .enabled(if: EntryLawTests.isOptimized, "demonstrations are tried in release builds (make test)"),
    arguments: Atlas.entries.map { $0.system })
  func everyLawHolds(_ name: String) async throws {
    let system = try #require(Atlas.system(named: name))
    let entry = try #require(Atlas.entry(of: system))
    let runner = AtlasRunner(effort: .fast, width: 2)
    #expect(try await AtlasLaws.violations(of: entry, runner: runner) == [])
  }
}
