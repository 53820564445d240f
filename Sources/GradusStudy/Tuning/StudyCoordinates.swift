// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Points of a search space as the parameters of trials, and back.
///
/// Numbers, whole numbers and categories are parameters of the same name. Permutations and shares, which optuna lacks, are
/// numbers `name[0]`, `name[1]`, …. A parameter that does not matter at a point is no parameter of its trial.
public struct StudyCoordinates: Sendable {
  public let space: SearchSpace
  private let columns: [Column]

  private struct Column: Sendable {
    var name: String
    var distribution: ParameterDistribution
    var parameter: Int
    var place: Int
  }

  /// The parameters of a space.
  public init(_ space: SearchSpace) {
    self.space = space
    var columns: [Column] = []
    for (i, parameter) in space.parameters.enumerated() {
      for place in space.range(of: i) {
        let index = place - space.offsets[i]
        let isOne: Bool
        let distribution: ParameterDistribution
        switch parameter.values {
        case .float(let low, let high, let scale, let step):
          (isOne, distribution) = (true, .float(low: low, high: high, isLog: scale == .logarithmic, step: step))
        case .integer(let low, let high, let scale, let step):
          (isOne, distribution) = (true, .integer(low: low, high: high, isLog: scale == .logarithmic, step: step))
        case .categorical(let labels):
          (isOne, distribution) = (true, .categorical(labels.map { (try? JSONValue(parsing: $0)) ?? .string($0) }))
        case .permutation(let count):
          (isOne, distribution) = (false, .float(low: 0, high: Double(max(0, count - 1))))
        case .simplex: (isOne, distribution) = (false, .float(low: 0, high: 1))
        }
        columns.append(
          Column(
            name: isOne ? parameter.name : "\(parameter.name)[\(index)]", distribution: distribution, parameter: i,
            place: place))
      }
    }
    self.columns = columns
  }

  /// The parameters of a trial at a point.
  public func parameters(at point: Vector) -> [TrialDraft.Parameter] {
    let active = space.activity(at: point)
    return columns.filter { active[$0.parameter] }.map { .init($0.name, point[$0.place], $0.distribution) }
  }

  /// The point of a trial; nil where a parameter that matters is missing or has a value that the space lacks.
  public func point(of trial: TrialRecord, in study: StudyRecord) -> Vector? {
    var values: [String: TrialRecord.Setting] = [:]
    for setting in trial.parameters { values[study.parameters[setting.parameter].name] = setting }
    // What is missing must not matter; any of its values will do.
    var natural = space.middle
    var known = [Bool](repeating: false, count: space.parameters.count)
    for column in columns {
      guard let setting = values[column.name] else { continue }
      known[column.parameter] = true
      natural[column.place] = setting.value
      guard case .categorical(let choices) = column.distribution else { continue }
      // Choices may stand in another order.
      let choice = study.parameters[setting.parameter].distribution.value(setting.value)
      guard let index = choices.firstIndex(of: choice) else { return nil }
      natural[column.place] = Double(index)
    }
    let point = space.canonical(natural)
    let active = space.activity(at: point)
    guard zip(active, known).allSatisfy({ !$0 || $1 }), space.violation(of: point) == 0 else { return nil }
    let isSame = point.indices.allSatisfy { i in
      abs(natural[i] - point[i]) <= 1e-9 * max(1, abs(point[i])) || !active[columns[i].parameter]
    }
    return isSame ? point : nil
  }

  /// A point with some values in place of those it has; values of parameters that matter only now are in the middle. nil where a
  /// name or a value is not one of the space.
  public func point(fixing values: [JSONValue.Member], in point: Vector) -> Vector? {
    var natural = point
    let (active, middle) = (space.activity(at: point), space.middle)
    for column in columns where !active[column.parameter] { natural[column.place] = middle[column.place] }
    for member in values {
      guard let i = space.parameters.firstIndex(where: { $0.name == member.name }) else { return nil }
      let places = space.range(of: i)
      var numbers = (member.value.elements ?? [member.value]).map { $0.double }
      if case .categorical(let choices) = columns[places.lowerBound].distribution {
        numbers = [choices.firstIndex(of: member.value).map(Double.init)]
      }
      guard numbers.count == places.count else { return nil }
      for (place, number) in zip(places, numbers) {
        guard let number, number.isFinite else { return nil }
        natural[place] = number
      }
    }
    let nearest = space.canonical(natural)
    let matters = space.activity(at: nearest)
    let isSame = values.allSatisfy { member in
      guard let i = space.parameters.firstIndex(where: { $0.name == member.name }), matters[i] else { return true }
      return space.range(of: i).allSatisfy { abs(natural[$0] - nearest[$0]) <= 1e-9 * max(1, abs(nearest[$0])) }
    }
    return isSame ? nearest : nil
  }
}
