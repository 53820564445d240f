// SPDX-License-Identifier: Apache-2.0
internal import GradusModeling
internal import GradusNumerics

/// Where a problem plays: names for the elements of its sets, and the nouns of its sentences.
///
/// A statement holds no story. Its elements come from the pools of one setting, and `StorySetting.of` finds that setting again.
struct StorySetting: Sendable {
  private let pools: [String: [String]]
  private let nouns: [String: String]

  init(_ pools: [String: [String]], _ nouns: [String: String]) {
    self.pools = pools
    self.nouns = nouns
  }

  /// The setting's word for something; the key itself where there is none.
  subscript(_ noun: String) -> String { nouns[noun] ?? noun }

  /// `count` different names for a set, in random order; a number behind a name where the pool is too small.
  func names(_ set: String, _ count: Int, _ stream: inout RandomStream) -> [String] {
    let pool = pools[set] ?? ["\(set.lowercased())_"]
    var names: [String] = []
    var round = 1
    while names.count < count {
      for k in stream.permutation(pool.count) where names.count < count {
        names.append(round == 1 ? pool[k] : "\(pool[k])\(round)")
      }
      round += 1
    }
    return names
  }

  /// The setting from which the most sets of a statement have their names; the first one where several do.
  static func of(_ model: FiveElementStatement, among settings: [StorySetting]) -> StorySetting {
    var best = StorySetting([:], [:])
    var most = -1
    for setting in settings {
      let found = model.sets.count { setting.holds($0) }
      if found > most { (best, most) = (setting, found) }
    }
    return best
  }

  private func holds(_ set: FiveElementStatement.Members) -> Bool {
    guard let pool = pools[set.name], let element = set.elements.first?.first else { return false }
    return pool.contains(String(element.reversed().drop { $0.isNumber }.reversed()))
  }
}
