// SPDX-License-Identifier: Apache-2.0
import GradusAtlas
import Testing

/// The list of systems.
@Suite struct AtlasListTests {
  @Test func holdsEverySystem() {
    #expect(Atlas.systems.count == 171)
    let sheets = Dictionary(grouping: Atlas.systems, by: \.sheet).mapValues(\.count)
    #expect(
      sheets == ["numerics": 35, "training": 44, "search-and-decisions": 43, "language-and-alignment": 49])
  }

  @Test func namesAndIdentifiersAreUnique() {
    #expect(Set(Atlas.systems.map(\.name)).count == 171)
    #expect(Set(Atlas.systems.map(\.identifier)).count == 171)
    for system in Atlas.systems {
      #expect(!system.identifier.isEmpty && !system.summary.isEmpty && system.module.hasPrefix("Gradus"), "\(system)")
      #expect(!system.title.isEmpty && !system.group.isEmpty && !system.title.contains("\\"), "\(system)")
    }
  }

  @Test(arguments: ["Learning to Relax", "learning-to-relax", "LEARNING TO RELAX"])
  func isFoundByNameAndIdentifier(_ text: String) {
    #expect(Atlas.system(named: text)?.name == "Learning to Relax")
  }

  @Test(arguments: ["", "no such system", "---"])
  func unknownNamesAreNotFound(_ text: String) { #expect(Atlas.system(named: text) == nil) }

  @Test func entriesBelongToSystemsOnce() {
    let names = Atlas.entries.map { $0.system }
    #expect(!names.isEmpty && Set(names).count == names.count)
    for entry in Atlas.entries {
      #expect(Atlas.system(named: entry.system)?.name == entry.system)
      #expect(AtlasLaws.form(of: entry) == [])
    }
  }
}
