// SPDX-License-Identifier: Apache-2.0
import GradusCore

/// How far samples are from one rule of a specification, as a remark tells it.
public struct RuleDeviation: Sendable, Codable, Hashable {
  /// What the rule asks for, in words.
  public var rule: String
  /// The parameter of the workflow that the rule concerns; empty: none alone.
  public var parameter: String
  /// Measured less wanted.
  public var value: Double

  public init(_ rule: String, parameter: String, value: Double) {
    self.rule = rule
    self.parameter = parameter
    self.value = value
  }

  /// As a remark; read back by `init(remark:)`.
  public var remark: String {
    JSONValue.object([
      .init("rule", .string(rule)), .init("parameter", .string(parameter)), .init("deviation", .number(value)),
    ]).description
  }

  /// nil for a remark that is no deviation.
  public init?(remark: String) {
    guard let json = JSONFinder.object(in: remark), let rule = json["rule"]?.text,
      let value = json["deviation"]?.double, value.isFinite
    else { return nil }
    self.init(rule, parameter: json["parameter"]?.text ?? "", value: value)
  }

  /// As an advisor is told.
  var sentence: String {
    let size = "\((abs(value) * 1000).rounded() / 1000)"
    return value == 0 ? "\(rule): as wanted" : "\(rule): \(size) too \(value > 0 ? "often" : "seldom")"
  }
}
