// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusNumerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Several parameter steps for each dear gradient of outputs, beside one.
///
///     rows x with xₖ = zₖ/k,  k = 1 … 50,  z standard normal;   batches of 64, 300 answers of the oracle
///     squares: ½(z − xᵀw − 0.05ε)²;   logistic: labels sign(xᵀw + 0.05ε)
///
/// Both sides have the best η of one grid, found on development seeds, with η/√t; what is compared is the loss of all
/// observations at the end. Inner steps need no answers: the budget of both is the same.
public struct TargetSurrogates: AtlasEntry {
  public static let system = "Target-based surrogates (SSO)"
  public static let home = "TargetSurrogate, OutputModel"
  public static let scale = AtlasScale(
    paper: "least squares, logistic regression and small networks on libsvm sets; imitation on MuJoCo",
    here:
      "linear models on 2,000 rows of 50 features with a falling spectrum, 300 answers (fast: 400 rows, 100 answers)")
  public static let claims = [
    AtlasClaim(
      "squares", "With 20 inner steps the squared loss is at most a fifth of that with one.",
      metric: "loss of all observations", baseline: "one inner step, its own best η", .atMost, 0.2),
    AtlasClaim(
      "logistic", "With 20 inner steps the logistic loss is at most 0.85 of that with one.",
      metric: "loss of all observations", baseline: "one inner step, its own best η", .atMost, 0.85,
      isSecondary: true),
    AtlasClaim(
      "upper bound", "On all observations, with 1/η the smoothness, the surrogate is never below the loss.",
      metric: "largest excess of the loss over the surrogate on 1,000 points", .atMost, 1e-9, comparison: .value,
      requirement: .everySeed, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("one inner step, and η ten times that of the bound")

  public init() {}

  private static let grid = [0.1, 0.3, 1, 3, 10, 30]

  /// The best η of one and of twenty inner steps, for both losses.
  public struct Tuned: Sendable {
    var one: [Bool: Double] = [:]
    var many: [Bool: Double] = [:]
  }

  public func tune(_ trial: AtlasTrial) async throws -> Tuned {
    var tuned = Tuned()
    for isLogistic in [false, true] {
      for inner in [1, 20] {
        let best = try await AtlasTuning.best(of: Self.grid, repeats: 2, on: trial) { eta, random in
          let data = Rows(trial, random, isLogistic)
          return try Self.loss(data, eta, inner, trial.size(fast: 100, claim: 300), random)
        }.candidate
        if inner == 1 { tuned.one[isLogistic] = best } else { tuned.many[isLogistic] = best }
      }
    }
    return tuned
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Tuned, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let steps = trial.size(fast: 100, claim: 300)
    let inner = subject == .system ? 20 : 1
    var observations: [AtlasObservation] = []
    for isLogistic in [false, true] {
      try trial.step(isLogistic ? 0.4 : 0)
      let random = trial.random.child(isLogistic ? "logistic" : "squares")
      let data = Rows(trial, random, isLogistic)
      let eta = (subject == .system ? tuned.many[isLogistic] : tuned.one[isLogistic]) ?? 1
      let budget = AtlasObservation.Budget(system: Double(steps), baseline: Double(steps))
      observations.append(
        AtlasObservation(
          isLogistic ? "logistic" : "squares", measured: try Self.loss(data, eta, inner, steps, random),
          baseline: try Self.loss(data, tuned.one[isLogistic] ?? 1, 1, steps, random), budget: budget))
    }
    try trial.step(0.8)
    let excess = try Self.excess(Rows(trial, trial.random, true), subject == .system ? 4 : 40, trial.random)
    return observations + [AtlasObservation("upper bound", measured: excess)]
  }

  private static func loss(
    _ data: Rows, _ eta: Double, _ inner: Int, _ steps: Int, _ random: RandomStream
  ) throws -> Double {
    let method = TargetSurrogate<LinearOutputs>(eta: eta, rate: .inverseRoot, innerSteps: inner, steps: steps)
    var state = method.start(data.problem, random: random.child("order"))
    while let question = method.ask(&state) {
      method.tell(&state, data.answer(question.outputs, question.rows), to: question)
    }
    let all = Array(data.targets.indices)
    return data.answer(data.model.outputs(state.parameters, of: all), all).value
  }

  /// By how much the loss exceeds the surrogate that was built at a random point, at most.
  private static func excess(_ data: Rows, _ eta: Double, _ random: RandomStream) throws -> Double {
    var random = random.child("bound")
    let all = Array(data.targets.indices)
    let d = data.model.parameterCount
    let z = data.model.outputs(random.normals(d), of: all)
    let answer = data.answer(z, all)
    var excess = -Double.infinity
    for k in 0..<1000 {
      let there = data.model.outputs((k % 2 == 0 ? 1 : 5) * random.normals(d), of: all)
      let move = there - z
      let bound = answer.value + answer.gradient.inner(move) + 0.5 * move.inner(move) / (eta * Double(all.count))
      excess = max(excess, data.answer(there, all).value - bound)
    }
    return excess
  }

  /// Rows with targets, and the oracle of their loss.
  private struct Rows {
    let model: LinearOutputs
    let targets: [Double]
    let isLogistic: Bool

    init(_ trial: AtlasTrial, _ random: RandomStream, _ isLogistic: Bool) {
      var random = random.child("rows")
      let truth = random.normals(50)
      let rows = (0..<trial.size(fast: 400, claim: 2000)).map { _ in
        Vector((1...50).map { random.normal() / Double($0) })
      }
      model = LinearOutputs(features: rows)
      targets = rows.map { row in
        let y = row.inner(truth) + 0.05 * random.normal()
        return isLogistic ? (y > 0 ? 1 : -1) : y
      }
      self.isLogistic = isLogistic
    }

    var problem: OutputProblem<LinearOutputs> {
      OutputProblem(model, start: .zeros(model.parameterCount), observationCount: targets.count)
    }

    /// The mean loss of these rows, and its derivative.
    func answer(_ outputs: Vector, _ rows: [Int]) -> Linearization<Vector> {
      let n = Double(rows.count)
      var (value, gradient) = (0.0, Vector.zeros(rows.count))
      for (k, row) in rows.enumerated() {
        if isLogistic {
          let margin = targets[row] * outputs[k]
          value += max(-margin, 0) + log1p(exp(-abs(margin)))
          gradient[k] = -targets[row] / (1 + exp(margin)) / n
        } else {
          let miss = outputs[k] - targets[row]
          value += 0.5 * miss * miss
          gradient[k] = miss / n
        }
      }
      return Linearization(value: value / n, gradient: gradient)
    }
  }
}
