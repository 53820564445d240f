// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// What was found against the default on runs that the tuning has not seen, in pairs of a problem and a seed.
///
///     dᵢ = log costᵢ(found) − log costᵢ(default), or the difference itself for values;   effect = exp(mean dᵢ), or the mean
///
/// Because every problem has as many seeds as any other, the effect is the geometric mean of the ratio over problems. The
/// interval is that of the paired bootstrap at 95 %. It is *better* when the interval lies below 1 (below 0 for values), the
/// signed-rank test gives at most 5 %, and no fewer runs have an answer than with the default; *worse* likewise. Below five
/// pairs the test cannot show anything, and says so by its probability.
///
/// **Reference** T. Eimer, M. Lindauer, R. Raileanu, *Hyperparameters in reinforcement learning and how to tune them*, ICML
/// 2023 (test seeds apart from tuning seeds).
public struct KnobComparison: Sendable, Hashable {
  /// What the pairs show.
  public enum Verdict: String, Sendable, Hashable {
    case better, worse
    case noDifference = "no difference shown"
  }

  public let measure: KnobMeasure
  public let pairs: Int
  /// Below 1, or below 0 for values: better than the default.
  public let effect: Double
  public let lower: Double
  public let upper: Double
  /// One-sided probabilities of the signed-rank test, that what was found is no better, and that it is no worse.
  public let betterProbability: Double
  public let worseProbability: Double
  /// Runs with an answer.
  public let solved: Int
  public let solvedByDefault: Int
  /// The typical amount with what was found, and with the default: geometric means with penalties; means of values.
  public let typical: Double
  public let typicalOfDefault: Double
  public let verdict: Verdict

  /// More pairs than this are judged by the interval alone: the test takes their cube.
  static let mostRanked = 200

  /// `found[problem][seed]` beside `standard[problem][seed]`, measured by yardsticks made from the latter. Cost: 4000 draws a
  /// pair, and the cube of the pairs where there are at most 200.
  public init(found: [[KnobRun]], standard: [[KnobRun]], _ yardsticks: [KnobYardstick], random: RandomStream) {
    precondition(found.count == standard.count && found.count == yardsticks.count, "one yardstick a problem")
    precondition(!yardsticks.isEmpty, "a comparison needs a problem")
    measure = yardsticks[0].measure
    let isRatio = measure.isRatio
    func scaled(_ runs: [[KnobRun]]) -> [Double] {
      zip(yardsticks, runs).flatMap { yardstick, runs in
        runs.map { isRatio ? VectorMath.log(yardstick.cost($0)) : yardstick.cost($0) }
      }
    }
    func solved(_ runs: [[KnobRun]]) -> Int {
      zip(yardsticks, runs).reduce(0) { sum, pair in sum + pair.1.count { pair.0.isSolved($0) } }
    }
    func typical(_ runs: [[KnobRun]]) -> Double {
      let values = zip(yardsticks, runs).flatMap { yardstick, runs in
        runs.map { run in
          isRatio
            ? VectorMath.log(yardstick.cost(run) * yardstick.reference)
            : yardstick.reference.isNaN
              ? run.value ?? 0 : yardstick.reference + yardstick.cost(run) * max(1, abs(yardstick.reference))
        }
      }
      let mean = values.reduce(0, +) / Double(max(1, values.count))
      return isRatio ? VectorMath.exp(mean) : mean
    }
    (self.solved, solvedByDefault) = (solved(found), solved(standard))
    (self.typical, typicalOfDefault) = (typical(found), typical(standard))
    let differences = zip(scaled(found), scaled(standard)).map { $0 - $1 }
    pairs = differences.count
    let bootstrap = BootstrapInterval(meanOf: differences.isEmpty ? [0] : differences, random: random)
    func shown(_ value: Double) -> Double { isRatio ? VectorMath.exp(value) : value }
    (effect, lower, upper) = (shown(bootstrap.mean), shown(bootstrap.lower), shown(bootstrap.upper))
    let isRanked = differences.count <= Self.mostRanked
    betterProbability = isRanked ? SignedRankTest(differences.map { -$0 }).probability : 0
    worseProbability = isRanked ? SignedRankTest(differences).probability : 0
    if bootstrap.upper < 0, betterProbability <= 0.05, self.solved >= solvedByDefault {
      verdict = .better
    } else if bootstrap.lower > 0, worseProbability <= 0.05 {
      verdict = .worse
    } else {
      verdict = .noDifference
    }
  }

  /// As it is written down.
  public var json: JSONValue {
    [
      "pairs": .integer(pairs), "effect": .number(effect), "low": .number(lower), "high": .number(upper),
      "betterProbability": .number(betterProbability), "worseProbability": .number(worseProbability),
      "solved": .integer(solved), "solvedByDefault": .integer(solvedByDefault), "found": .number(typical),
      "default": .number(typicalOfDefault), "verdict": .string(verdict.rawValue),
    ]
  }
}
