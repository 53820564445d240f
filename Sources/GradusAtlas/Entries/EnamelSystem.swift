// SPDX-License-Identifier: Apache-2.0
import GradusNumerics
import GradusPrograms

/// How efficient generated programs are: the estimate of eff@k, and a protocol of levels that ranks implementations.
///
///     estimator: 40 scores, of which 40 % are 0 and the others uniform, so that E(best of k) is known
///     protocol:  sums of the first elements of lists of 8 to 512, steps of the MiniVM; optimal, slower by a factor, quadratic, wrong
public struct EnamelSystem: AtlasEntry {
  public static let system = "enamel"
  public static let home = "EffAtK, EfficiencyTask"
  public static let scale = AtlasScale(
    paper: "142 problems, 30 language models, seconds", here: "3,000 drawn samples of 40 scores, one task, steps")
  public static let claims = [
    AtlasClaim(
      "deviation", "The estimate of eff@5 from 40 samples varies at most half as much as the best of the first 5.",
      metric: "standard deviation", baseline: "best of the first k", .atMost, 0.5),
    AtlasClaim(
      "deviation10", "So does that of eff@10.", metric: "standard deviation", baseline: "best of the first k", .atMost,
      0.5,
      isSecondary: true),
    AtlasClaim(
      "bias", "Its mean differs from the exact value by at most 0.005, for k = 5 and 10.", metric: "larger |mean − E|",
      .atMost, 0.005, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "protocol", "Four planted implementations are ranked optimal, slower, wrong complexity, wrong.",
      metric: "share of random task inputs", .atLeast, 1, comparison: .value, requirement: .everySeed),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "the best of the first k + 2 in the place of the estimate, passing tests in the place of efficiency")

  public init() {}

  public func measure(
    _ trial: AtlasTrial, tuned: NothingTuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isHonest = subject == .system
    let repeats = trial.size(fast: 1500, claim: 3000)
    let five = Self.moments(5, repeats, isHonest, trial.random.child("scores"))
    try trial.step(0.3)
    let ten = Self.moments(10, repeats, isHonest, trial.random.child("scores"))
    try trial.step(0.6)
    return [
      AtlasObservation("deviation", measured: five.deviation, baseline: five.naive),
      AtlasObservation("deviation10", measured: ten.deviation, baseline: ten.naive),
      AtlasObservation("bias", measured: max(five.bias, ten.bias)),
      AtlasObservation(
        "protocol",
        measured: try Self.ranked(trial.size(fast: 2, claim: 20), isHonest, trial.random.child("inputs"))),
    ]
  }

  /// Of the estimate over many samples of 40 scores: its standard deviation, that of the best of the first k, and its bias.
  ///
  ///     P(score ≤ s) = 0.4 + 0.6·s,   E(best of k) = 1 − (1 − 0.4ᵏ⁺¹)/(0.6·(k + 1))
  private static func moments(
    _ k: Int, _ repeats: Int, _ isHonest: Bool, _ random: RandomStream
  ) -> (deviation: Double, naive: Double, bias: Double) {
    var stream = random
    var estimates: [Double] = []
    var naive: [Double] = []
    for _ in 0..<repeats {
      let scores = (0..<40).map { _ in stream.uniform() < 0.4 ? 0 : stream.uniform() }
      naive.append(scores.prefix(k).max() ?? 0)
      estimates.append(isHonest ? EffAtK.value(scores, k: k) : scores.prefix(k + 2).max() ?? 0)
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func deviation(_ values: [Double]) -> Double {
      let center = mean(values)
      return mean(values.map { ($0 - center) * ($0 - center) }).squareRoot()
    }
    let power = (0...k).reduce(1.0) { product, _ in 0.4 * product }
    let exact = 1 - (1 - power) / (0.6 * Double(k + 1))
    return (deviation(estimates), deviation(naive), abs(mean(estimates) - exact))
  }

  private static let implementations = [
    "fn f(xs: [Int]) -> [Int] { return sums(xs) }",
    """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      let total = 0
      for i in 0..<len(xs) {
        total = total + xs[i]
        push(ys, total)
      }
      return ys
    }
    """,
    """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      for i in 0..<len(xs) {
        let total = 0
        for j in 0..<i + 1 { total = total + xs[j] }
        push(ys, total)
      }
      return ys
    }
    """, "fn f(xs: [Int]) -> [Int] { return xs }",
  ]

  private static let reference = """
    fn f(xs: [Int]) -> [Int] {
      let ys: [Int] = []
      let total = 0
      for x in xs {
        total = total + x
        push(ys, total)
      }
      return ys
    }
    """

  /// The share of random inputs on which the scores fall strictly from one implementation to the next.
  private static func ranked(_ repeats: Int, _ isHonest: Bool, _ random: RandomStream) throws -> Double {
    let codes = try implementations.map { try MiniCode(parsing: $0) }
    let known = try MiniCode(parsing: reference)
    var right = 0
    for k in 0..<repeats {
      var stream = random.child("task", k)
      let inputs = zip([8, 32, 128, 512], [8, 4, 4, 4]).map { size, tests in
        (0..<tests).map { _ in
          let count = size - stream.integer(below: 1 + size / 4)
          return [MiniValue.ints((0..<count).map { _ in 1 + stream.integer(below: 99) })]
        }
      }
      let task = try EfficiencyTask("f", reference: known, inputs: inputs)
      let scores = codes.map { code in
        let score = task.score(code)
        return isHonest ? score.efficiency : score.isRight ? 1 : 0
      }
      if zip(scores, scores.dropFirst()).allSatisfy({ $0 > $1 }) { right += 1 }
    }
    return Double(right) / Double(repeats)
  }
}
