// SPDX-License-Identifier: Apache-2.0

/// One way to vary a method: an option of the solver behind it that no setting spells out, or the values of a setting that
/// are worth trying where its range alone does not say.
public struct SettingVariation: Sendable, Hashable {
  /// The name of the option.
  public var name: String
  /// Values worth trying; the first is what the option is when nobody says.
  public var values: [String]
  /// The text setting that carries `name=value`, separated from others by commas; nil when `name` is a setting itself.
  public var carrier: String?
  /// Kinds of problem (`LP`, `MIP` …) on which it makes a difference; empty: all.
  public var kinds: Set<String>

  public init(_ name: String, _ values: [String], in carrier: String? = nil, for kinds: Set<String> = []) {
    precondition(values.count > 1, "a variation needs a default and another value")
    self.name = name
    self.values = values
    self.carrier = carrier
    self.kinds = kinds
  }
}
