// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Bayesian optimization that asks cheap approximations where they tell enough of the full function for their cost.
///
///     f_ℓ = ρ_ℓ·f_{ℓ−1} + δ_ℓ, Gaussian processes;     α(x, ℓ) = EI_h(x)·|corr(f_ℓ, f_h)|·(1 − σ_ℓ/√(s²_ℓ + σ²_ℓ))·c_h/c_ℓ
///
/// A Sobol design at the cheapest level, one of the full function, then the point and the level of the largest α. A guard looks at
/// what the cheap levels are worth: where the answers of the full function – five or more – are predicted worse with the level
/// below than without, each left out in turn, the full function alone is asked until that changes; where the correlation with
/// what that level says is less than `guard`, errors have to be half of those without it. Costs are those of the problem until
/// answers tell theirs.
///
/// **Needs** values at the fidelities of the problem; one objective, no constraints to be learned. **Keeps** every answer;
/// n³/3 operations a level and question.
/// **Guarantee** none.
/// **Reference** M. C. Kennedy, A. O'Hagan, Biometrika 87 (2000); D. Huang et al., Struct. Multidisc. Optim. 32 (2006); B. Do,
/// R. Zhang, *Multi-fidelity Bayesian optimization in engineering design*, arXiv:2311.13050 (2023).
public struct MultiFidelityOptimization: Catalogued, ParallelMethod {
  /// Points of the design of the full function; 0 stands for d + 2. The cheapest level has five times as many.
  public var design = 0
  public var kernel = StationaryKernel.matern52
  /// The correlation below which cheap levels are not used.
  public var `guard` = 0.3
  /// Sobol candidates of each question and level.
  public var candidates = 256

  public init() {}

  public static let card = Card(
    "multi-fidelity-bo", "Gaussian processes over several fidelities, for functions with cheap approximations",
    guarantee: "none", reference: "Huang et al. 2006", trials: [Trial("forrester", answers: 60, value: -6)],
    dependsOnWidth: true)

  public static let settings: [Setting<Self>] = [
    Setting("design", \.design, in: 0...1e6, "points of the design of the full function, 0 for d + 2"),
    Setting("kernel", choice: \.kernel, "how smooth the function is taken to be"),
    Setting("guard", \.guard, in: 0...1, "correlation below which cheap levels are not used"),
    Setting("candidates", \.candidates, in: 1...1e6, "Sobol candidates of each question and level"),
  ]

  /// All answers of each level, what was fitted last, and the points that wait.
  public struct State: Sendable, Codable {
    let problem: SearchProblem
    let inputs: SpaceInputs
    var random: RandomStream
    var sobol: SobolSequence?
    /// Points of the design that are not yet asked about: level of each, last first.
    var designLeft: [Int]
    var starts: [Vector]
    /// One for each level, cheapest first.
    var histories: [SearchHistory]
    var pending: [Waiting] = []
    var fits: [AutoregressiveProcess.Parameters?]
    var aloneFit: AutoregressiveProcess.Parameters?
    /// What answers of each level cost, summed.
    var spent: [Double]
    var claim: Claim?

    struct Waiting: Sendable, Codable, Hashable {
      var point: Vector
      var level: Int
    }

    var top: Int { histories.count - 1 }

    /// c_ℓ.
    func cost(_ level: Int) -> Double {
      let told = histories[level].count
      return told > 0 && spent[level] > 0 ? spent[level] / Double(told) : problem.fidelities[level].cost
    }
  }

  /// Draws the design. Throws `Unsuitable` for problems without fidelities, with several objectives or learned constraints.
  public func start(_ problem: SearchProblem, random: RandomStream) throws -> State {
    func refuse(_ needs: String, _ found: String, _ remedy: String) -> Unsuitable {
      Unsuitable(method: Self.card.name, needs: needs, found: found, remedy: remedy)
    }
    guard problem.fidelities.count > 1, problem.fidelities.last?.fidelity == 1 else {
      throw refuse(
        "fidelities, the full function last", "\(problem.fidelities.count)", "Choose bayesian-optimization.")
    }
    guard problem.objectives == 1 else {
      throw refuse("one objective", "\(problem.objectives) objectives", "Combine them into one.")
    }
    guard problem.constraints == 0 else {
      throw refuse("no constraints to be learned", "\(problem.constraints)", "Add a penalty to the objective.")
    }
    let inputs = SpaceInputs(problem.space)
    let d = inputs.dimension
    var shift = random.child("design")
    let full = d == 0 ? 1 : design > 0 ? design : d + 2
    let levels = problem.fidelities.count
    // Cheap answers first: the last of the list is asked about first.
    var places = [Int](repeating: levels - 1, count: full)
    for level in (0..<levels - 1).reversed() {
      places += [Int](repeating: level, count: level == 0 ? 5 * full : 2 * full)
    }
    if d == 0 { places = [levels - 1] }
    let hasSobol = d > 0 && d <= SobolDirections.mostDimensions
    return State(
      problem: problem, inputs: inputs, random: random.child("search"),
      sobol: hasSobol ? SobolSequence(dimension: d, shift: &shift) : nil,
      designLeft: places, starts: problem.starts.map { problem.space.canonical($0) }.reversed(),
      histories: (0..<levels).map { _ in SearchHistory(constraints: 0) }, fits: Array(repeating: nil, count: levels),
      spent: Array(repeating: 0, count: levels))
  }

  /// A start, a point of the design, or the point and level that promise most for their cost.
  public func ask(_ s: inout State) -> EvaluateAt<Vector>? {
    guard s.claim == nil else { return nil }
    var found: State.Waiting?
    if let start = s.starts.popLast(), s.problem.knownViolation(of: start) == 0 {
      found = State.Waiting(point: start, level: s.top)
    } else if let level = s.designLeft.popLast() {
      found = designed(&s, level) ?? fresh(&s)
    } else {
      found = promising(&s) ?? fresh(&s)
    }
    guard let found else {
      if s.pending.isEmpty { s.claim = s.histories[s.top].best == nil ? .failed : .exhausted }
      return nil
    }
    s.pending.append(found)
    return EvaluateAt(
      point: found.point, fidelity: s.problem.fidelities[found.level].fidelity, costEstimate: s.cost(found.level))
  }

  /// Keeps the answer with its level.
  public func tell(
    _ s: inout State, _ answer: consuming PricedValue, to question: consuming EvaluateAt<Vector>
  ) {
    let (point, fidelity) = (question.point, question.fidelity)
    guard let level = s.problem.fidelities.firstIndex(where: { $0.fidelity == fidelity }) else { return }
    if let i = s.pending.firstIndex(where: { $0.point == point && $0.level == level }) { s.pending.remove(at: i) }
    s.histories[level].hear(Outcomes(objectives: [answer.value]), at: point, inputs: s.inputs.inputs(of: point))
    if answer.cost.isFinite, answer.cost > 0 { s.spent[level] += answer.cost }
  }

  /// The best answer of the full function.
  public func report(_ s: State) -> Report<Vector> {
    let best = s.histories[s.top].best
    let cheap = s.histories.reversed().lazy.compactMap(\.best).first?.point
    let point = best?.point ?? cheap ?? s.problem.starts.first ?? s.problem.space.middle
    return Report(point: point, value: best?.value, claim: s.claim)
  }

  // MARK: Points

  private func designed(_ s: inout State, _ level: Int) -> State.Waiting? {
    for _ in 0..<100 {
      guard let u = s.sobol?.next() else { break }
      let point = s.inputs.point(at: u)
      if s.problem.knownViolation(of: point) == 0, !s.isTaken(point, level) {
        return State.Waiting(point: point, level: level)
      }
    }
    return nil
  }

  /// A random point of the full function that nobody asked about yet.
  private func fresh(_ s: inout State) -> State.Waiting? {
    for _ in 0..<200 {
      guard let point = s.problem.sampleAllowed(&s.random) else { return nil }
      if !s.isTaken(point, s.top) { return State.Waiting(point: point, level: s.top) }
    }
    guard let count = s.problem.space.pointCount, count <= 1 << 16 else { return nil }
    let left = s.problem.space.allPoints.first { s.problem.knownViolation(of: $0) == 0 && !s.isTaken($0, s.top) }
    return left.map { State.Waiting(point: $0, level: s.top) }
  }

  private func promising(_ s: inout State) -> State.Waiting? {
    guard let surrogate = FidelitySurrogate(self, &s) else { return nil }
    var best: (waiting: State.Waiting, score: Double)?
    for (level, acquisition) in surrogate.acquisitions {
      var search = AcquisitionSearch(
        inputs: s.inputs, problem: s.problem,
        taken: s.problem.isNoisy ? [] : Set(s.taken(level)), incumbents: surrogate.incumbents)
      search.sweep = candidates
      guard let found = search.best(acquisition, random: &s.random), found.score > best?.score ?? -.infinity else {
        continue
      }
      best = (State.Waiting(point: found.point, level: level), found.score)
    }
    return best?.waiting
  }
}

extension MultiFidelityOptimization.State {
  /// Points of a level that were asked about.
  func taken(_ level: Int) -> [Vector] {
    histories[level].points + pending.filter { $0.level == level }.map(\.point)
  }

  func isTaken(_ point: Vector, _ level: Int) -> Bool {
    !problem.isNoisy
      && (histories[level].points.contains(point) || pending.contains { $0.point == point && $0.level == level })
  }
}
