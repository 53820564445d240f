// SPDX-License-Identifier: Apache-2.0
public import GradusCore

/// The parameters of a study, one for each name, in the order in which they were first seen.
///
/// A range that has changed is the least one that holds all it has been; whether it is logarithmic, is what was said last.
public struct StudyColumns: Sendable, Hashable {
  public private(set) var names: [String] = []
  public private(set) var distributions: [ParameterDistribution] = []
  /// For each parameter of the study its column.
  public private(set) var columns: [Int] = []

  public init(_ study: StudyRecord) {
    var known: [String: Int] = [:]
    for parameter in study.parameters {
      if let column = known[parameter.name] {
        distributions[column] = distributions[column].joined(parameter.distribution)
        columns.append(column)
      } else {
        known[parameter.name] = names.count
        columns.append(names.count)
        names.append(parameter.name)
        distributions.append(parameter.distribution)
      }
    }
  }

  /// The column of a name.
  public func column(named name: String) -> Int? { names.firstIndex(of: name) }

  /// The numbers of a trial, one for each column; nil where the trial lacks the parameter.
  public func numbers(of trial: TrialRecord) -> [Double?] {
    var numbers = [Double?](repeating: nil, count: names.count)
    for setting in trial.parameters { numbers[columns[setting.parameter]] = setting.value }
    return numbers
  }

  /// The values of a trial, one for each column; nil where the trial lacks the parameter.
  public func values(of trial: TrialRecord, in study: StudyRecord) -> [JSONValue?] {
    var values = [JSONValue?](repeating: nil, count: names.count)
    for setting in trial.parameters {
      values[columns[setting.parameter]] = study.parameters[setting.parameter].distribution.value(setting.value)
    }
    return values
  }
}

extension ParameterDistribution {
  /// The least range that holds this one and a later one of the same kind.
  func joined(_ later: ParameterDistribution) -> ParameterDistribution {
    switch (self, later) {
    case (.float(let a, let b, _, let step), .float(let c, let d, let isLog, let laterStep)):
      return .float(
        low: min(a, c), high: max(b, d), isLog: isLog && min(a, c) > 0, step: step == laterStep ? step : nil)
    case (.integer(let a, let b, _, let step), .integer(let c, let d, let isLog, let laterStep)):
      return .integer(
        low: min(a, c), high: max(b, d), isLog: isLog && min(a, c) > 0, step: step == laterStep ? step : 1)
    default: return self
    }
  }

  /// Whether there is only one value.
  public var isSingle: Bool {
    switch self {
    case .float(let low, let high, _, let step): low >= high || step.map { low + $0 > high } ?? false
    case .integer(let low, let high, _, let step): low >= high || Double(high) - Double(low) < Double(step)
    case .categorical(let choices): choices.count < 2
    }
  }

  /// The number of a value as a trial holds it; nil for one that is none of this distribution's.
  public func number(_ value: JSONValue) -> Double? {
    switch self {
    case .float(let low, let high, _, let step):
      guard let number = value.double, number >= low, number <= high else { return nil }
      guard let step, step > 0 else { return number }
      // As close to a step as rounding leaves it.
      let steps = (number - low) / step
      return abs(steps - steps.rounded()) < 1e-8 * max(1, steps) ? number : nil
    case .integer(let low, let high, _, let step):
      guard let number = value.whole, number >= low, number <= high else { return nil }
      let (distance, isLarge) = number.subtractingReportingOverflow(low)
      if step > 1, isLarge || distance % step != 0 { return nil }
      return Double(number)
    case .categorical(let choices):
      if let index = choices.firstIndex(of: value) { return Double(index) }
      // 1 and 1.0 are the same choice.
      guard let number = value.double, value.text == nil else { return nil }
      return choices.firstIndex { $0.double == number && $0.text == nil }.map(Double.init)
    }
  }

  private static func short(_ number: Double) -> String {
    Int(exactly: number).map { abs($0) < 1_000_000 ? "\($0)" : "\(number)" } ?? "\(number)"
  }

  /// `0.1 … 1, logarithmic`, `1 … 8`, `relu, tanh`.
  public var words: String {
    switch self {
    case .float(let low, let high, let isLog, let step):
      return "\(Self.short(low)) … \(Self.short(high))" + (isLog ? ", logarithmic" : "")
        + (step.map { ", steps of \(Self.short($0))" } ?? "")
    case .integer(let low, let high, let isLog, let step):
      return "\(low) … \(high), whole" + (isLog ? ", logarithmic" : "") + (step > 1 ? ", steps of \(step)" : "")
    case .categorical(let choices): return choices.map { $0.text ?? $0.description }.joined(separator: ", ")
    }
  }
}
