// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What may be chosen about a method: switches of a few values each, the first of them the default.
public struct SettingSpace: Sendable, Hashable {
  /// One thing that may be chosen.
  public struct Switch: Sendable, Hashable {
    public var name: String
    /// The default first.
    public var values: [String]
    /// The place of each value on a line, for values that have an order; nil for words.
    public var places: [Double]?
    /// The setting that carries `name=value`; nil when `name` is the setting itself.
    public var carrier: String?

    /// A switch of words, or of ordered numbers where `places` are given.
    public init(_ name: String, _ values: [String], places: [Double]? = nil, carrier: String? = nil) {
      precondition(values.count > 1 && places.map { $0.count == values.count } != false, "a switch needs two values")
      self.name = name
      self.values = values
      self.places = places
      self.carrier = carrier
    }
  }

  public var switches: [Switch]

  public init(_ switches: [Switch]) { self.switches = switches }

  /// The switches of a catalogued method on problems of a kind: its numbers about behavior at a quarter, half, twice and
  /// four times their default (where the range ends before that, at steps towards its end), the words of its choices, and
  /// its variations. Settings in `fixed` stay as they are.
  public init(of entry: MethodEntry, on kind: String, fixed: Set<String> = []) {
    let free = TunableSettings(entry.settings, entry.variations, on: [kind], fixed: fixed)
    switches =
      free.settings.compactMap(Self.switch(of:))
      + free.variations.map { Switch($0.name, $0.values, carrier: $0.carrier) }
  }

  /// The default of every switch.
  public var standard: [Int] { [Int](repeating: 0, count: switches.count) }

  /// The settings that say the configuration, in the order of the switches; what is at its default is not said.
  public func assignments(of configuration: [Int]) -> [(name: String, value: String)] {
    TunableSettings.assignments(
      zip(switches, configuration).filter { $0.1 != 0 }.map { ($0.0.name, $0.0.values[$0.1], $0.0.carrier) })
  }

  /// The values that differ from the default, by switch.
  public func names(of configuration: [Int]) -> [(name: String, value: String)] {
    zip(switches, configuration).filter { $0.1 != 0 }.map { ($0.0.name, $0.0.values[$0.1]) }
  }

  /// The configuration that `names(of:)` describes; nil when a name or value is not in this space.
  public func configuration(named pairs: [(name: String, value: String)]) -> [Int]? {
    var configuration = standard
    for (name, value) in pairs {
      guard let i = switches.firstIndex(where: { $0.name == name }),
        let k = switches[i].values.firstIndex(of: value)
      else { return nil }
      configuration[i] = k
    }
    return configuration
  }

  private static func `switch`(of setting: SettingDescription) -> Switch? {
    if let choices = setting.choices {
      let others = choices.filter { $0 != setting.defaultValue }
      return others.isEmpty ? nil : Switch(setting.name, [setting.defaultValue] + others)
    }
    guard let lower = setting.lower, let upper = setting.upper, let standard = Double(setting.defaultValue),
      standard.isFinite, standard != 0
    else { return nil }
    let isWhole = Int(setting.defaultValue) != nil
    var values = [setting.defaultValue], places = [0.0]
    func add(_ number: Double, at place: Double) {
      let text = isWhole ? "\(Int(number.rounded()))" : "\(number)"
      guard let rounded = Double(text), rounded >= lower, rounded <= upper, !values.contains(text) else { return }
      values.append(text)
      places.append(place)
    }
    for (side, bound) in [(-1.0, lower), (1, upper)] {
      let far = side < 0 ? standard / 4 : standard * 4
      if side < 0 ? far >= bound : far <= bound {
        add(side < 0 ? standard / 2 : standard * 2, at: 0.5 * side)
        add(far, at: side)
      } else {
        for share in [0.25, 0.5, 0.75, 0.9] { add(standard + share * (bound - standard), at: share * side) }
      }
    }
    return values.count > 1 ? Switch(setting.name, values, places: places) : nil
  }
}
