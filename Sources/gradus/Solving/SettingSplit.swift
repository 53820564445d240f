// SPDX-License-Identifier: Apache-2.0
import Gradus

/// `--set KEY=VALUE` sorted into tolerances of the check and settings of the method; some keys are both.
struct SettingSplit {
  var tolerances = Tolerances()
  var settings: [(name: String, value: String)] = []

  /// A gap tighter than the default also binds continuous problems.
  private static let tolerancePaths: [(String, any WritableKeyPath<Tolerances, Double> & Sendable)] = [
    ("gap", \.gapRelative), ("gap-absolute", \.gapAbsolute), ("feasibility", \.feasibility), ("dual", \.dual),
    ("integrality", \.integrality), ("stationarity", \.stationarity),
  ]

  init(_ pairs: [String], for entry: MethodEntry) throws {
    for pair in pairs {
      let (name, value) = try Self.parts(of: pair)
      let isSetting = entry.settings.contains { $0.name == name }
      if let path = Self.tolerancePaths.first(where: { $0.0 == name })?.1 {
        guard let number = Double(value) else {
          throw SettingError.unreadable(name, text: value, expected: "a number")
        }
        guard number >= 0, number.isFinite else { throw SettingError.outOfRange(name, text: value, range: "0 …") }
        tolerances[keyPath: path] = number
        if !isSetting { continue }
      }
      settings.append((name, value))
    }
  }

  static func parts(of pair: String) throws(Failure) -> (name: String, value: String) {
    let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard sides.count == 2, !sides[0].isEmpty else {
      throw Failure(.usage, "'--set \(pair)' cannot be read; expected --set KEY=VALUE")
    }
    return (sides[0], sides[1])
  }
}
