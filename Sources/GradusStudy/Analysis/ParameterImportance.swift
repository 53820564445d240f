// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much each parameter of a study matters for an objective: the share of the objective's variance over the search space that
/// this parameter explains by itself (functional ANOVA).
///
///     f(x) ≈ a regression forest on the complete trials, one tree on a bootstrap sample each
///     share of j  =  mean over trees of V_j / V,      V = Var f(x),   V_j = Var_v E[f(x) | x_j = v]
///
/// x uniform in the search space – logarithmic parameters in their logarithm, categories as categories – so a parameter counts by what
/// it does over all of its range, not by where the study has looked. What single parameters leave, `1 − Σ shares`, is what they do
/// together (and the forest's noise).
///
/// Judged are the parameters that at least 19 of 20 complete trials with a finite value have, on the trials that have them all
/// (optuna asks for all of 20, so that one trial with a parameter less takes it away); `omitted` names the others. Asked for by
/// name, conditional parameters are judged on the trials that have them. A name whose range has changed counts with the least
/// range that holds all of its values (optuna leaves it out). The same trials and seed give the same shares.
/// Constraints are not looked at.
///
/// Cost: trees·d·n log² n operations for n trials, at most 4096 a tree.
/// **Reference** F. Hutter, H. Hoos, K. Leyton-Brown, *An efficient approach for assessing hyperparameter importance*, ICML
/// (2014).
public struct ParameterImportance: Sendable, Hashable {
  /// What one parameter explains.
  public struct Entry: Sendable, Hashable {
    public var name: String
    /// Between 0 and 1.
    public var share: Double
    /// The standard deviation of the share from tree to tree.
    public var deviation: Double
  }

  /// The most important one first; equal ones in the order in which the study has seen them.
  public let entries: [Entry]
  /// What single parameters do not explain.
  public var rest: Double { max(0, 1 - entries.reduce(0) { $0 + $1.share }) }
  /// How many trials were looked at.
  public let trials: Int
  /// Parameters that too few trials have.
  public let omitted: [String]

  /// Below this number of trials nothing is said.
  public static let fewestTrials = 10
  private static let mostTrials = 4096

  /// Whether there are fewer trials than ten for each parameter: then shares are rough.
  public var isRough: Bool { trials < 10 * entries.count }

  /// `parameters`: those to be judged, in place of all that every trial has.
  public init(
    _ study: StudyRecord, objective: Int = 0, parameters: [String]? = nil, trees: Int = 64, seed: UInt64 = 0
  ) throws(ImportanceError) {
    let sample = try Sample(study, objective, parameters)
    let size = sample.values.count
    trials = size
    omitted = sample.omitted
    let sides = sample.sides
    let metric = InputMetric(groups: Array(sides.indices), isCategory: sides.map(\.isChoice))
    var rules = RegressionTree.Rules()
    rules.isRandom = false
    var shares = [[Double]](repeating: [], count: sides.count)
    for b in 0..<max(1, trees) {
      var random = RandomStream(seed: seed).child("tree", b)
      let count = min(size, Self.mostTrials)
      let members = (0..<count).map { _ in random.integer(below: size) }
      let tree = RegressionTree(
        sample.inputs, sample.values, members: members, metric: metric, rules: rules, random: &random)
      let variance = TreeVariance(tree, sides: sides)
      guard variance.total > 0 else { continue }
      for j in sides.indices { shares[j].append(variance.parts[j] / variance.total) }
    }
    let found = sample.names.indices.map { k -> Entry in
      guard let j = sample.inputOf[k], !shares[j].isEmpty else {
        return Entry(name: sample.names[k], share: 0, deviation: 0)
      }
      let n = Double(shares[j].count)
      let mean = shares[j].reduce(0, +) / n
      let square = shares[j].reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / n
      return Entry(name: sample.names[k], share: mean, deviation: square.squareRoot())
    }
    entries = found.indices.sorted { a, b in (found[b].share, a) < (found[a].share, b) }.map { found[$0] }
  }

  /// The trials as the forest sees them.
  private struct Sample {
    var names: [String] = []
    var omitted: [String] = []
    /// For each name its coordinate; nil for one that has a single value.
    var inputOf: [Int?] = []
    var sides: [TreeVariance.Side] = []
    var inputs: [Vector] = []
    /// Around zero, the largest 1.
    var values: [Double] = []

    init(_ study: StudyRecord, _ objective: Int, _ asked: [String]?) throws(ImportanceError) {
      guard study.directions.indices.contains(objective) else {
        throw ImportanceError("the study \(study.name) has no objective \(objective)")
      }
      let columns = StudyColumns(study)
      if let unknown = asked?.first(where: { columns.column(named: $0) == nil }) {
        throw ImportanceError("the study \(study.name) has no parameter '\(unknown)'")
      }
      var taken = asked?.compactMap { columns.column(named: $0) } ?? Array(columns.names.indices)
      var found: [(numbers: [Double?], value: Double)] = []
      for trial in study.trials where trial.state == .complete && objective < trial.values.count {
        guard trial.values[objective].isFinite else { continue }
        let numbers = columns.numbers(of: trial).map { $0.flatMap { $0.isFinite ? $0 : nil } }
        if asked != nil, taken.contains(where: { numbers[$0] == nil }) { continue }
        found.append((numbers, trial.values[objective]))
      }
      if asked == nil {
        taken = taken.filter { column in 20 * found.count { $0.numbers[column] != nil } >= 19 * found.count }
        if !taken.isEmpty { found.removeAll { one in taken.contains { one.numbers[$0] == nil } } }
      }
      guard found.count >= ParameterImportance.fewestTrials else {
        throw ImportanceError(
          "the study \(study.name) has \(found.count) complete trials\(asked == nil ? "" : " with these parameters"); "
            + "importance needs at least \(ParameterImportance.fewestTrials)")
      }
      names = taken.map { columns.names[$0] }
      if asked == nil { omitted = columns.names.filter { !names.contains($0) } }
      guard !names.isEmpty else {
        throw ImportanceError(
          "no parameter of the study \(study.name) is in nearly all of its complete trials; name those to be judged")
      }
      let mean = found.reduce(0) { $0 + $1.value / Double(found.count) }
      let scale = found.reduce(0) { max($0, abs($1.value - mean)) }
      let isFlat = found.allSatisfy { $0.value == found[0].value }
      guard !isFlat, scale > 0, scale.isFinite else {
        throw ImportanceError(
          "all values of the study \(study.name) are \(isFlat ? "equal" : "too far apart"); there is nothing to explain"
        )
      }
      values = found.map { ($0.value - mean) / scale }
      var inputs = [[Double]](repeating: [], count: found.count)
      for column in taken {
        let distribution = columns.distributions[column]
        guard !distribution.isSingle else {
          inputOf.append(nil)
          continue
        }
        inputOf.append(sides.count)
        sides.append(distribution.side)
        for i in found.indices { inputs[i].append(distribution.place(found[i].numbers[column] ?? 0)) }
      }
      self.inputs = inputs.map { Vector($0) }
    }
  }
}

/// Nothing can be said about the importance of parameters: why, and what would help.
public struct ImportanceError: Error, Sendable, Hashable, CustomStringConvertible {
  public var description: String

  public init(_ description: String) { self.description = description }
}

extension TreeVariance.Side {
  fileprivate var isChoice: Bool {
    if case .choices = self { true } else { false }
  }
}

extension ParameterDistribution {
  /// Where a number stands on its side; one beyond the range stands at the end.
  fileprivate func place(_ number: Double) -> Double {
    switch self {
    case .float(let low, let high, _, _): scaled(min(high, max(low, number)))
    case .integer(let low, let high, _, _): scaled(min(Double(high), max(Double(low), number)))
    case .categorical: number
    }
  }

  private func scaled(_ number: Double) -> Double { isLogarithmic ? log(number) : number }

  /// All places. Half a step at both ends gives every whole number the same share, up to a logarithm's curvature.
  fileprivate var side: TreeVariance.Side {
    switch self {
    case .float(let low, let high, _, let step):
      let half = (step ?? 0) / 2
      return .numbers(low: scaled(low - (isLogarithmic ? 0 : half)), high: scaled(high + half))
    case .integer(let low, let high, _, let step):
      let half = Double(step) / 2
      let least = isLogarithmic ? max(Double(low) - half, Double(low) / 2) : Double(low) - half
      return .numbers(low: scaled(least), high: scaled(Double(high) + half))
    case .categorical(let choices): return .choices(choices.count)
    }
  }

  /// Whether numbers are looked at by their logarithm.
  public var isLogarithmic: Bool {
    switch self {
    case .float(let low, _, let isLog, _): isLog && low > 0
    case .integer(let low, _, let isLog, _): isLog && low > 0
    case .categorical: false
    }
  }
}
