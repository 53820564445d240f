// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics

/// Sophia beside descent and sign descent with the exact diagonal of the Hessian, and beside Adam in training.
///
///     separable   f = Σ aᵢ(½xᵢ² + ¼xᵢ⁴),  aᵢ from 1/κ to 1 in equal ratios, 40 of them,  x normal;   κ = 10 … 10⁴
///     toy         f = 8(θ₁ − 1)²(1.3θ₁² + 2θ₁ + 1) + ½(θ₂ − 4)²           negative curvature where it begins
///
/// On both Sophia hears the diagonal at every step (β = 0, γ = 1). Descent has the best of ten rates on the very problem, which
/// is more than a user could have; on the toy all three methods have the best of their rates on development seeds, and the
/// steps are the median of eight starts.
///
/// Trainings take batches of 128 and a rate that falls to zero, Adam with the best of six rates and Sophia-G with the best of
/// three rates and two γ: a bigram language model (one score for each of 64 × 64 pairs of words, whose followers have Zipf's
/// distribution in an order of their own), and the perceptron of the laboratory on inputs with a power-law spectrum. Excess is
/// the loss above the least one: that of the true distribution, and zero.
public struct SophiaSystem: AtlasEntry {
  public static let system = "Sophia"
  public static let home = "Sophia, CurvatureTrainer, NetworkLoss.curvatureDiagonal"
  public static let scale = AtlasScale(
    paper: "GPT-2 of 125 to 770 million parameters; toy problems of two numbers",
    here: "40 separable coordinates; 4,160 and 26,122 parameters, 500 and 800 steps (fast: 40)")
  public static let claims = [
    AtlasClaim(
      "condition", "With the exact diagonal, steps to a millionth vary by less than 2 for conditions 10 to 10⁴.",
      metric: "most over fewest steps of four conditions", .atMost, 2, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "descent", "The steps of descent with its best rate grow at least a hundredfold.",
      metric: "steps at condition 10⁴ over those at 10", .atLeast, 100, comparison: .value, requirement: .everySeed),
    AtlasClaim(
      "toy signs", "On the toy it needs fewer steps than sign descent.", metric: "median steps to 10⁻³",
      baseline: "sign descent, its own best rate", .atMost, 1, isSecondary: true),
    AtlasClaim(
      "toy descent", "On the toy it needs fewer steps than descent.", metric: "median steps to 10⁻³",
      baseline: "descent, its own best rate", .atMost, 1, isSecondary: true),
    AtlasClaim(
      "bigram", "Sophia-G ends within 1.6 of Adam's excess loss on a bigram language model.",
      metric: "excess loss of the true distribution", baseline: "Adam, its own best rate", .atMost, 1.6,
      isSecondary: true),
    AtlasClaim(
      "perceptron", "Sophia-G ends within 1.6 of Adam's excess loss on the perceptron.",
      metric: "loss of what was learned from", baseline: "Adam, its own best rate", .atMost, 1.6, isSecondary: true),
    AtlasClaim(
      "overhead", "Curvature every 10 steps costs at most a fifth of the time more.",
      metric: "seconds of the thread for 100 steps",
      baseline: "the same with curvature from the gradient at hand", .atMost, 1.2, isSecondary: true, isTimed: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled(
    "descent in the place of Sophia and the other way round; on the toy sign descent; in training a thousandth of the "
      + "rate, and curvature at every step")

  public init() {}

  private static let conditions = [10.0, 100, 1_000, 10_000]
  private static let toyRates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1]
  private static let descentRates = [0.003, 0.01, 0.02, 0.025, 0.03, 0.05, 0.1]
  static let adamRates = [0.005, 0.01, 0.02, 0.05, 0.1, 0.2]
  static let sophiaRates = [0.005, 0.01, 0.02]
  static let sophiaScales = [0.05, 0.5]

  /// The best rates on the toy, and in trainings by their names.
  public struct Tuned: Sendable {
    var sophia = 1.0
    var signs = 0.01
    var descent = 0.01
    var trained: [Training: Sophia] = [:]
    var adam: [Training: Double] = [:]
  }

  /// What is trained.
  enum Training: Sendable, CaseIterable { case bigram, perceptron }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    func best(_ rates: [Double], _ steps: (Double, [[Double]]) -> Double) async throws -> Double {
      try await AtlasTuning.best(of: rates, repeats: 2, on: trial) { rate, random in
        steps(rate, Self.starts(random))
      }.candidate
    }
    tuned.sophia = try await best(Self.toyRates) { Self.toy(Self.exact(rate: $0), $1) }
    tuned.signs = try await best(Self.toyRates) { Self.toy(Self.signs(rate: $0), $1) }
    tuned.descent = try await best(Self.descentRates) { Self.toy(Self.descent(rate: $0), $1) }
    let rules = Self.sophiaRates.flatMap { rate in Self.sophiaScales.map { Self.trained(rate: rate, scale: $0) } }
    for training in Training.allCases {
      let task = try Self.task(training, trial, trial.random.child("task"))
      tuned.trained[training] = try await AtlasTuning.best(of: rules, repeats: 1, on: trial) {
        try task.excess($0, trial, $1)
      }.candidate
      tuned.adam[training] = try await AtlasTuning.best(of: Self.adamRates, repeats: 1, on: trial) {
        try task.excess(Self.adam(rate: $0), trial, $1)
      }.candidate
    }
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let isWhole = subject == .system
    var random = trial.random.child("separable")
    let start = random.normals(40).elements
    var (ours, theirs): ([Double], [Double]) = ([], [])
    for (k, condition) in Self.conditions.prefix(trial.size(fast: 2, claim: 4)).enumerated() {
      try trial.step(0.05 * Double(k))
      ours.append(Self.separable(Self.exact(rate: 1), condition, start, limit: 1_000_000))
      theirs.append(Self.descended(condition, start))
    }
    let variation = { (steps: [Double]) in (steps.max() ?? .infinity) / (steps.min() ?? 1) }
    let growth = { (steps: [Double]) in steps[steps.count - 1] / steps[0] }
    let starts = Self.starts(trial.random.child("toy"))
    let (signs, descent) = (
      Self.toy(Self.signs(rate: tuned.signs), starts), Self.toy(Self.descent(rate: tuned.descent), starts)
    )
    let toy = isWhole ? Self.toy(Self.exact(rate: tuned.sophia), starts) : signs
    var observations = [
      AtlasObservation("condition", measured: variation(isWhole ? ours : theirs)),
      AtlasObservation("descent", measured: growth(isWhole ? theirs : ours)),
      AtlasObservation("toy signs", measured: toy, baseline: signs),
      AtlasObservation("toy descent", measured: toy, baseline: descent),
    ]
    for training in Training.allCases {
      try trial.step(training == .bigram ? 0.2 : 0.4)
      let random = trial.random.child("training", training == .bigram ? 0 : 1)
      let task = try Self.task(training, trial, random.child("task"))
      var rule = tuned.trained[training] ?? Self.trained(rate: 0.01, scale: 0.05)
      if !isWhole { rule.rate *= 1e-3 }
      let excess = try task.excess(rule, trial, random)
      let adam = try task.excess(Self.adam(rate: tuned.adam[training] ?? 0.01), trial, random)
      observations.append(
        AtlasObservation(training == .bigram ? "bigram" : "perceptron", measured: excess, baseline: adam))
      if training == .perceptron {
        rule.every = isWhole ? 10 : 1
        let (asked, own) = try task.seconds(rule, trial, random)
        observations.append(AtlasObservation("overhead", measured: asked, baseline: own))
      }
    }
    return observations
  }

  static func adam(rate: Double) -> Adam {
    var rule = Adam()
    rule.rate = rate
    return rule
  }

  private static func trained(rate: Double, scale: Double) -> Sophia {
    var rule = Sophia()
    (rule.rate, rule.scale, rule.curvature) = (rate, scale, .bartlett)
    return rule
  }

  /// Sophia without memory.
  private static func exact(rate: Double) -> Sophia {
    var rule = Sophia()
    (rule.rate, rule.beta1, rule.beta2, rule.scale, rule.every) = (rate, 0, 0, 1, 1)
    rule.curvature = .hutchinson
    return rule
  }

  private static func signs(rate: Double) -> Signum {
    var rule = Signum()
    (rule.rate, rule.momentum) = (rate, 0)
    return rule
  }

  private static func descent(rate: Double) -> SGD {
    var rule = SGD()
    (rule.rate, rule.momentum) = (rate, 0)
    return rule
  }
}

extension SophiaSystem {
  /// Steps until the separable function is a millionth of what it was.
  private static func separable(
    _ rule: some UpdateRule, _ condition: Double, _ start: [Double], limit: Int
  ) -> Double {
    let n = start.count
    let ratio = AtlasClaim.logarithm(condition) / Double(n - 1)
    let a = (0..<n).map { k in AtlasClaim.exponential(-ratio * Double(k)) }
    func value(_ x: [Double]) -> Double {
      var total = 0.0
      for (a, x) in zip(a, x) {
        let square = x * x
        total += a * (0.5 * square + 0.25 * square * square)
      }
      return total
    }
    func slope(_ x: [Double]) -> [Double] { zip(a, x).map { a, x in a * x * (1 + x * x) } }
    func curvature(_ x: [Double]) -> [Double] { zip(a, x).map { a, x in a * (1 + 3 * x * x) } }
    let goal = 1e-6 * value(start)
    var walk = RuleWalk(rule, from: start)
    var isLost = false
    let steps = walk.steps(atMost: limit, slope, hearing: curvature) { x in
      let value = value(x)
      isLost = isLost || !value.isFinite
      return isLost || value <= goal
    }
    return isLost ? Double(limit) : steps
  }

  /// The steps of descent with the best of ten rates, which are shares of 1/L at the start.
  private static func descended(_ condition: Double, _ start: [Double]) -> Double {
    let steepest = start.map { 1 + 3 * $0 * $0 }.max() ?? 1
    var fewest = 1_000_000.0
    for k in 1...10 {
      var rule = descent(rate: 0)
      rule.rate = 0.2 * Double(k) / steepest * (k > 5 ? Double(k - 4) : 1)
      fewest = min(fewest, separable(rule, condition, start, limit: Int(fewest)))
    }
    return fewest
  }

  private static func starts(_ random: RandomStream) -> [[Double]] {
    var random = random.child("starts")
    return (0..<8).map { _ in [random.uniform(0.05, 0.4), random.uniform(-1, 1)] }
  }

  /// The median of the steps on the toy from these starts.
  private static func toy(_ rule: some UpdateRule, _ starts: [[Double]]) -> Double {
    func value(_ p: [Double]) -> Double {
      let (x, y) = (p[0] - 1, p[1] - 4)
      return 8 * x * x * (1.3 * p[0] * p[0] + 2 * p[0] + 1) + 0.5 * y * y
    }
    func slope(_ p: [Double]) -> [Double] {
      let x = p[0]
      return [8 * (x - 1) * x * (5.2 * x + 3.4), p[1] - 4]
    }
    func curvature(_ p: [Double]) -> [Double] {
      let x = p[0]
      return [8 * (15.6 * x * x - 3.6 * x - 3.4), 1]
    }
    let steps = starts.map { start in
      var walk = RuleWalk(rule, from: start)
      return walk.steps(atMost: 20_000, slope, hearing: curvature) { value($0) < 1e-3 }
    }
    return Median.lower(steps)
  }
}
