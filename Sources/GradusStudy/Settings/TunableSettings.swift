// SPDX-License-Identifier: Apache-2.0
package import GradusCore

/// What a caller may change about the behavior of a method: its settings and its variations.
package struct TunableSettings {
  /// In the order of the catalog; a variation by the name of a setting has taken the setting's place.
  package let settings: [SettingDescription]
  package let variations: [SettingVariation]

  /// What is free on problems of all these kinds. What is named in `fixed` is not, nor what a fixed setting carries.
  package init(
    _ settings: [SettingDescription], _ variations: [SettingVariation], on kinds: Set<String>, fixed: Set<String>
  ) {
    let taken = fixed.union(variations.lazy.filter { $0.carrier == nil }.map(\.name))
    self.settings = settings.filter { $0.role == .behavior && !taken.contains($0.name) }
    self.variations = variations.filter { variation in
      !fixed.contains(variation.carrier ?? variation.name)
        && (variation.kinds.isEmpty || !variation.kinds.isDisjoint(with: kinds))
    }
  }

  /// One changed value: `name=value`, or a part of the value of the setting `carrier`.
  package typealias Change = (name: String, value: String, carrier: String?)

  /// What has to be set for these changes, in their order: those of one carrier are joined with commas.
  package static func assignments(_ changes: [Change]) -> [(name: String, value: String)] {
    var pairs: [(name: String, value: String)] = []
    for (name, value, carrier) in changes {
      guard let carrier else {
        pairs.append((name, value))
        continue
      }
      if let place = pairs.firstIndex(where: { $0.name == carrier }) {
        pairs[place].value += ",\(name)=\(value)"
      } else {
        pairs.append((carrier, "\(name)=\(value)"))
      }
    }
    return pairs
  }
}
