// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// One call of `gradus improve`: from the spec to the comparison on rows that nothing was chosen by.
struct ImproveSession {
  let spec: ImproveSpec
  let options: LanguageModelOptions
  let journal: String
  let seed: UInt64
  let seconds: Double?
  let quiet: Bool
  let interruption: Interruption

  /// Turns without a new request after which a search that has no end is given up.
  static let circle = 1000

  /// What came of it.
  struct Result {
    var program: LanguageProgram
    var method: any LanguageMethod
    var why: String?
    var found: Assignment
    /// The mean score on the rows that it was chosen by; nil when nothing was measured.
    var chosenBy: Double?
    /// The rows that were set aside: at the start and in the end.
    var before: WorkflowOutcome?
    var after: WorkflowOutcome?
    var gain: PairedGain?
    var status: Status
    var note: String
    var stopped: StopReason
    var reasons: [String]
    var steps: Int
    var count: ModelMeter.Count
    var seconds: Double
  }

  func run() async throws -> Result {
    let program = spec.program
    let budget = combined
    let need = comparison(program)
    try refuse(budget, need)
    let meter = ModelMeter(budget, prices: spec.prices)
    meter.hold(need)
    let model = try options.open(meter, keeping: "\(journal).replies", interruption: interruption) {
      try simulated($0)
    }
    var workflow = SpecifiedWorkflow(
      steps: spec.steps, metric: spec.metric, selection: spec.selection, reporting: spec.reporting, model: model,
      advisor: ModelAdvisor(model, prices: spec.prices), prices: spec.prices, client: try? HTTPClient())
    workflow.output = spec.output
    workflow.limits = spec.limits
    workflow.repeats = spec.repeats
    workflow.width = options.requests
    var why: String?
    let type: any LanguageMethod.Type
    if let name = spec.method, name != "automatic", let named = LanguageMethods.named(name) {
      type = named
    } else {
      let choice = LanguageMethods.automatic(for: program)
      (type, why) = (choice.method, choice.why)
    }
    return try await improve(type, program, ReportKeeper(workflow), meter, why: why)
  }

  private func improve<M: LanguageMethod>(
    _ type: M.Type, _ program: LanguageProgram, _ oracle: ReportKeeper, _ meter: ModelMeter, why: String?
  ) async throws -> Result {
    let began = ContinuousClock.now
    let method = try M.with(spec.settings)
    guard method.hasEnd || seconds != nil || meter.budget.isLimit(at: meter.prices) else {
      throw Failure(
        .usage,
        "\(M.name) goes on as long as it may ask; give --budget-calls, --budget-tokens, --budget-cost or --time-limit")
    }
    let run = try Run(program, by: method, asking: oracle, seed: seed)
    let kept = try FileJournal(journal)
    do { try await run.keep(kept) } catch let mismatch as JournalMismatch {
      throw Failure(.unreadable, "\(journal): \(mismatch.cause); name another --journal, or remove it to begin anew")
    }
    let progress = ImproveProgress(isQuiet: quiet, budget: meter.budget)
    let reason = try await search(run, meter, progress, began, hasEnd: method.hasEnd)
    progress.clear()
    meter.release()
    // The comparison is made anew: its answers do not belong to the search.
    run.stopKeeping()
    var result = Result(
      program: program, method: method, why: why, found: run.report.point, chosenBy: run.report.value.map { -$0 },
      status: .limit, note: "", stopped: reason, reasons: run.report.reasons, steps: run.progress.answers,
      count: meter.count, seconds: 0)
    if !interruption.isRaised {
      let solution = try await run.conclude(reason)
      (result.status, result.note) = (solution.status, solution.verdict.certificate.note ?? "")
    } else {
      (result.status, result.note) = (.interrupted, "stopped before the comparison; call it again to go on")
    }
    let told = oracle.told
    if told.count == 2 {
      (result.before, result.after) = (told[0], told[1])
      result.gain = PairedGain(told[0].scores, told[1].scores)
    }
    (result.count, result.seconds) = (meter.count, (ContinuousClock.now - began).seconds)
    return result
  }

  private func search<M: LanguageMethod>(
    _ run: Run<M>, _ meter: ModelMeter, _ progress: ImproveProgress, _ began: ContinuousClock.Instant, hasEnd: Bool
  ) async throws -> StopReason {
    var (calls, turns) = (meter.count.calls, 0)
    while true {
      // Kept replies are free: a search that has no end may walk in a circle of them.
      (calls, turns) = calls == meter.count.calls ? (calls, turns + 1) : (meter.count.calls, 0)
      if !hasEnd, turns > Self.circle {
        return StopReason(.iterations, "\(Self.circle) turns in which nothing new was asked")
      }
      if interruption.isRaised { return StopReason(.interrupt, "interrupted") }
      if let seconds, (ContinuousClock.now - began).seconds >= seconds {
        return StopReason(.time, "time limit \(Numbers.short(seconds)) s")
      }
      do {
        guard try await run.step() else {
          return StopReason(.converged, "nothing left to ask", meansConvergence: true)
        }
      } catch let failure as OracleFailure {
        switch failure.underlying as? ModelFailure {
        case .budget(let what): return StopReason(.cost, what)
        case .cancelled where interruption.isRaised: return StopReason(.interrupt, "interrupted")
        default: throw failure.underlying as? ModelFailure ?? failure
        }
      }
      progress.note(run.progress.answers, run.report.value.map { -$0 }, meter.count)
      if run.progress.answers == 1 { try refuseFailure() }
    }
  }

  /// A workflow that fails everywhere is not searched.
  private func refuseFailure() throws {
    let history = try ImproveHistory(journal)
    guard let first = history.runs.first, !first.outcome.scores.isEmpty, first.outcome.scores.allSatisfy(\.isNaN) else {
      return
    }
    throw Failure(.failed, "the workflow fails on every row, first with: \(first.outcome.remarks.first ?? "")")
  }

  // MARK: Budgets

  /// Those of the spec, and those of the command line in their place.
  private var combined: ModelBudget {
    let (said, asked) = (spec.budget, options.budget)
    return ModelBudget(
      calls: asked.calls ?? said.calls, tokens: asked.tokens ?? said.tokens, cost: asked.cost ?? said.cost)
  }

  /// What one comparison of two workflows on the rows that are set aside may use.
  private func comparison(_ program: LanguageProgram) -> ModelBudget {
    let places = 2 * spec.reporting.count * spec.repeats
    var (calls, tokens) = (0, TokenUsage())
    for step in spec.steps where step.asksModel {
      let prompt: Int
      var (answer, attempts) = (ModelMeter.usualAnswer, 1)
      switch step.action {
      case .prompt(let template, let settings):
        prompt = template.description.utf8.count
        if let told = settings.maxTokens.flatMap({ Int($0.description) }) { answer = told }
      case .predictor(let predictor, _):
        prompt = predictor.signature.instruction.utf8.count + 200
        if let told = predictor.maxTokens { answer = told }
        attempts = predictor.attempts
      default: continue
      }
      calls += attempts
      let row = spec.reporting.map { $0.values.reduce(0) { $0 + $1.utf8.count } }.max() ?? 0
      tokens = tokens + TokenUsage(prompt: attempts * ((prompt + row) / 3 + 1), completion: attempts * answer)
    }
    if case .judge(let template, _) = spec.metric.form {
      calls += 1
      tokens =
        tokens + TokenUsage(prompt: template.description.utf8.count / 3 + 200, completion: ModelMeter.usualAnswer)
    }
    let whole = TokenUsage(prompt: places * tokens.prompt, completion: places * tokens.completion)
    return ModelBudget(calls: places * calls, tokens: whole.total, cost: spec.prices.cost(of: whole))
  }

  /// A budget that does not hold one honest comparison and one look at the rows to choose by.
  private func refuse(_ budget: ModelBudget, _ need: ModelBudget) throws {
    let share = 1 + Double(spec.selection.count) / Double(max(1, 2 * spec.reporting.count))
    func check(_ name: String, _ limit: Double?, _ need: Double) throws {
      guard let limit, limit < need * share else { return }
      throw Failure(
        .usage,
        "the budget of \(Numbers.short(limit)) \(name) does not hold one comparison on \(Numbers.counted(spec.reporting.count, "row")) "
          + "and one look at \(spec.selection.count) (\(Numbers.short((need * share).rounded(.up))) \(name)); "
          + "raise --budget-\(name == "money" ? "cost" : name), or set fewer rows aside")
    }
    try check("calls", budget.calls.map(Double.init), Double(need.calls ?? 0))
    try check("tokens", budget.tokens.map(Double.init), Double(need.tokens ?? 0))
    try check("money", budget.cost, need.cost ?? 0)
  }

  // MARK: The double

  private func simulated(_ seed: UInt64) throws -> any ModelService {
    let words = spec.simulated
    guard let target = spec.target ?? words.answer.map({ _ in "" }) else {
      throw Failure(
        .usage, "--lm simulated needs to know the answers; name a field 'target', or simulated: {answer: \"{…}\"}")
    }
    let question = spec.data.fields.first { $0 != target } ?? target
    let items = (spec.data.rows + (spec.test?.rows ?? [])).map { row in
      SimulatedModel.Item(
        words.question?.text(row) ?? row[question] ?? "", words.answer?.text(row) ?? row[target] ?? "")
    }
    return SimulatedModel(items: items, directives: words.directives, rates: words.rates, seed: seed)
  }
}
