// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Bayesian optimization that asks cheap approximations where they tell enough of the full function for their cost.
///
///     f_ℓ = ρ_ℓ·f_{ℓ−1} + δ_ℓ,   or  k = k₀(x, x') + q·(1 − s)(1 − s')(1 + ss')·k₁(x, x'),   Gaussian processes
///     α(x, ℓ) = EI_h(x)·|corr(f_ℓ, f_h)|·(1 − σ_ℓ/√(s²_ℓ + σ²_ℓ))·c_h/c_ℓ
///
/// A Sobol design at the cheapest level, one of the full function, then the point and the level of the largest α. The full
/// function alone is asked while the level below it looks like noise, or while its own answers – five or more – are predicted
/// worse with that level than without, each left out in turn; where their correlation with it is less than `guard`, errors have
/// to be half of those without it, and until they are, cheap answers beyond the design cost a third of all at most. Costs are
/// those of the problem until answers tell theirs.
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
  public var relation = FidelityKernel.autoregressive
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
    Setting("relation", choice: \.relation, "how fidelities are taken to be related"),
    Setting("guard", \.guard, in: 0...1, "correlation below which cheap levels are not used"),
    Setting("candidates", \.candidates, in: 1...1e6, "Sobol candidates of each question and level"),
  ]

  /// All answers of each level and the points that wait, what was fitted last, and what answers cost.
  public struct State: Sendable, Codable {
    var search: DesignedSearch
    var random: RandomStream
    var fits: [AutoregressiveProcess.Parameters?]
    var aloneFit: AutoregressiveProcess.Parameters?
    var belowFit: AutoregressiveProcess.Parameters?
    /// Whether the level below the full function looked like more than noise, and its answers then.
    var isPredictable = true
    var judgedAt = 0
    var truncatedFit: TruncatedProcess.Parameters?
    /// What cheap answers beyond the design cost.
    var cheapCost = 0.0
    /// What answers of each level cost, summed.
    var spent: [Double]

    var problem: SearchProblem { search.problem }
    var inputs: SpaceInputs { search.inputs }
    var histories: [SearchHistory] { search.histories }
    var top: Int { search.top }

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
    let full = d == 0 ? 1 : design > 0 ? design : d + 2
    let levels = problem.fidelities.count
    // Cheap answers first: the last of the list is asked about first.
    var places = [Int](repeating: levels - 1, count: full)
    for level in (0..<levels - 1).reversed() {
      places += [Int](repeating: level, count: level == 0 ? 5 * full : 2 * full)
    }
    if d == 0 { places = [levels - 1] }
    return State(
      search: DesignedSearch(problem, inputs, levels: levels, design: places, shift: random.child("design")),
      random: random.child("search"), fits: Array(repeating: nil, count: levels),
      spent: Array(repeating: 0, count: levels))
  }

  /// A start, a point of the design, or the point and level that promise most for their cost.
  public func ask(_ s: inout State) -> EvaluateAt<Vector>? {
    guard s.search.claim == nil else { return nil }
    let place: DesignedSearch.Place?
    switch s.search.turn() {
    case .start(let start): place = start
    case .design(let level): place = s.search.designed(level) ?? s.search.fresh(&s.random)
    case .model: place = promising(&s) ?? s.search.fresh(&s.random)
    }
    return s.search.ask(about: place).map {
      EvaluateAt(
        point: $0.point, fidelity: s.problem.fidelities[$0.level].fidelity, costEstimate: s.cost($0.level))
    }
  }

  /// Keeps the answer with its level.
  public func tell(
    _ s: inout State, _ answer: consuming PricedValue, to question: consuming EvaluateAt<Vector>
  ) {
    let fidelity = question.fidelity
    guard let level = s.problem.fidelities.firstIndex(where: { $0.fidelity == fidelity }) else { return }
    s.search.hear(Outcomes(objectives: [answer.value]), at: .init(point: question.point, level: level))
    if answer.cost.isFinite, answer.cost > 0 { s.spent[level] += answer.cost }
    if level < s.top, s.search.isDesigned { s.cheapCost += s.cost(level) }
  }

  /// The best answer of the full function.
  public func report(_ s: State) -> Report<Vector> { s.search.report }

  // MARK: Points

  private func promising(_ s: inout State) -> DesignedSearch.Place? {
    guard let surrogate = FidelitySurrogate(self, &s) else { return nil }
    var best: (place: DesignedSearch.Place, score: Double)?
    for (level, acquisition) in surrogate.acquisitions {
      let search = AcquisitionSearch(
        FreePoints(inputs: s.inputs, problem: s.problem, taken: s.search.taken(level)), around: surrogate.incumbents,
        sweep: candidates)
      guard let found = search.best(acquisition, random: &s.random), found.score > best?.score ?? -.infinity else {
        continue
      }
      best = (DesignedSearch.Place(point: found.point, level: level), found.score)
    }
    return best?.place
  }
}
