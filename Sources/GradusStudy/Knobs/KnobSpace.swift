// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// What may be tuned about a catalogued method: a parameter of a study for each setting about behavior and each variation.
///
/// A number with 0 < lower and upper ≥ 100·lower, or with lower = 0 and upper ≥ 100·default, is searched in its logarithm,
///
///     max(lower, default/10⁴) … min(upper, default·10⁴),
///
/// every other one evenly over its whole range. Whole numbers stay whole, words and truth values are categories. Settings
/// without a range, those about tolerances and limits, and those in `fixed` stay as they are; so does a setting whose default
/// lies outside of its range, because the default is always tried.
public struct KnobSpace: Sendable, Hashable {
  /// One thing that is varied.
  public struct Knob: Sendable, Hashable {
    public let name: String
    public let defaultValue: String
    /// The setting that carries `name=value`; nil where `name` is a setting itself.
    public let carrier: String?
    /// As in `SearchSpace(json:)`.
    public let parameter: JSONValue

    /// The value as it is written behind `--set NAME=`.
    func text(_ value: JSONValue) -> String {
      if let text = value.text { return text }
      if parameter["type"] == "int", let whole = value.whole { return "\(whole)" }
      return value.double?.description ?? value.description
    }

    /// Whether a value is the default, as a number where it is one.
    func isDefault(_ value: JSONValue) -> Bool {
      if value.text == nil, let number = value.double { return number == Double(defaultValue) }
      return text(value) == defaultValue
    }

    /// The default as a value of the parameter.
    var standard: JSONValue {
      switch parameter["type"] {
      case "int": Int(defaultValue).map { .integer($0) } ?? .string(defaultValue)
      case "float": Double(defaultValue).map { .number($0) } ?? .string(defaultValue)
      default: .string(defaultValue)
      }
    }
  }

  public let knobs: [Knob]
  /// How far from its default a number is searched in its logarithm.
  static let reach = 1e4

  /// What may be tuned about a method on problems of these kinds.
  public init(of entry: MethodEntry, on kinds: Set<String>, fixed: Set<String> = []) {
    self.init(settings: entry.settings, variations: entry.variations, on: kinds, fixed: fixed)
  }

  package init(
    settings: [SettingDescription], variations: [SettingVariation], on kinds: Set<String>, fixed: Set<String>
  ) {
    let free = TunableSettings(settings, variations, on: kinds, fixed: fixed)
    let ranged = free.settings.compactMap { setting in
      Self.parameter(of: setting).map {
        Knob(name: setting.name, defaultValue: setting.defaultValue, carrier: nil, parameter: $0)
      }
    }
    knobs =
      ranged
      + free.variations.map { variation in
        Knob(
          name: variation.name, defaultValue: variation.values[0], carrier: variation.carrier,
          parameter: Self.category(variation.name, variation.values))
      }
  }

  /// The parameters of a study.
  public var parameters: [JSONValue] { knobs.map(\.parameter) }

  /// The default of every knob: the first trial.
  public var start: JSONValue { .object(knobs.map { .init($0.name, $0.standard) }) }

  /// What has to be set for these values; what is at its default is not set.
  public func assignments(_ values: [JSONValue.Member]) -> [(name: String, value: String)] {
    TunableSettings.assignments(
      knobs.compactMap { knob in
        guard let value = values.first(where: { $0.name == knob.name })?.value, !knob.isDefault(value) else {
          return nil
        }
        return (knob.name, knob.text(value), knob.carrier)
      })
  }

  /// Every knob with its default and its value as text.
  public func table(_ values: [JSONValue.Member]) -> [(name: String, standard: String, value: String)] {
    knobs.map { knob in
      let value = values.first { $0.name == knob.name }?.value
      return (knob.name, knob.defaultValue, value.map { knob.isDefault($0) ? knob.defaultValue : knob.text($0) } ?? "")
    }
  }

  // MARK: Ranges

  private static func category(_ name: String, _ values: [String]) -> JSONValue {
    ["name": .string(name), "type": "categorical", "choices": JSONValue(strings: values)]
  }

  private static func parameter(of setting: SettingDescription) -> JSONValue? {
    if let choices = setting.choices {
      guard choices.count > 1, choices.contains(setting.defaultValue) else { return nil }
      return category(setting.name, [setting.defaultValue] + choices.filter { $0 != setting.defaultValue })
    }
    let whole = Int(setting.defaultValue)
    guard let lower = setting.lower, let upper = setting.upper, let standard = Double(setting.defaultValue),
      var span = Self.span(lower, upper, standard)
    else { return nil }
    if whole != nil {
      span.low = max(span.isLog ? 1 : -0x1p53, span.low.rounded(.up))
      span.high = min(0x1p53, span.high.rounded(.down))
    }
    guard span.low < span.high, span.low <= standard, standard <= span.high else { return nil }
    func number(_ value: Double) -> JSONValue { whole == nil ? .number(value) : .integer(Int(value)) }
    return [
      "name": .string(setting.name), "type": .string(whole == nil ? "float" : "int"), "low": number(span.low),
      "high": number(span.high), "log": .bool(span.isLog),
    ]
  }

  private static func span(_ lower: Double, _ upper: Double, _ standard: Double) -> (
    low: Double, high: Double, isLog: Bool
  )? {
    if standard > 0, lower > 0 ? upper / lower >= 100 : lower == 0 && upper >= 100 * standard {
      return (max(lower, standard / reach), min(upper, standard * reach), true)
    }
    return lower.isFinite && upper.isFinite ? (lower, upper, false) : nil
  }
}
