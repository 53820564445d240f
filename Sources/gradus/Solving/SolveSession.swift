// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// One solve: a method chosen, a run opened, watched, finished and judged, and the result written down.
struct SolveSession {
  let subject: Subject
  let request: SolveRequest
  let entry: MethodEntry
  let tolerances: Tolerances
  let run: any ErasedRun
  private let relay: Relay
  private let lock: FileLock?

  init(_ subject: Subject, _ request: SolveRequest, _ helper: Helper = Helper()) throws {
    self.request = request
    let checkpoint = try request.resume.map { try Checkpoint(contentsOf: $0) }
    if let saved = checkpoint?.header.method {
      if let named = request.method, named != saved {
        throw Failure(
          .unreadable, "the checkpoint does not fit this run: it was saved by the method \(saved), not \(named)")
      }
      entry = try MethodChoice.entry(named: saved)
    } else {
      entry = try Self.entry(for: subject, request)
    }
    self.subject = request.method == nil ? subject : subject.restated(for: entry)
    let split = try SettingSplit(request.settings, for: entry)
    if checkpoint != nil, let (name, _) = split.settings.first {
      throw Failure(
        .usage, "setting \(name) cannot change in a resumed run; leave out '--set' or start without '--resume'")
    }
    tolerances = split.tolerances
    lock = try request.checkpoint.map { try FileLock(beside: $0) }
    relay = helper.relay
    run = try RunOpener(
      subject: self.subject, request: request, entry: entry, settings: split.settings, helper: helper.oracle,
      relay: relay
    ).open(checkpoint)
    run.tolerances = tolerances
    if let path = request.checkpoint { run.saving = Saving(to: path, every: .seconds(request.checkpointEvery)) }
  }

  /// The method asked for, or the one chosen for the problem.
  static func entry(for subject: Subject, _ request: SolveRequest) throws -> MethodEntry {
    try request.method.map { try MethodChoice.entry(named: $0) } ?? MethodChoice.method(for: subject)
  }

  /// The process in which HiGHS works, started before the problem is read so that both happen at once.
  struct Helper: Sendable {
    let relay = Relay()
    var oracle: ProcessOracle?

    init() {}

    /// Started when the argument looks like a linear or integer program and nobody asked for another method.
    init(for argument: String, _ request: SolveRequest) {
      guard let format = ModelFormat(path: argument), ModelFormat.linear.contains(format),
        !argument.lowercased().contains(".qps"),
        request.method == nil || request.method == HighsSolver.card.name
      else { return }
      oracle = ProcessOracle(relay: relay, interruption: request.interruption)
    }
  }

  /// When the run stops, should the method not end by itself.
  var rule: AnyOf {
    var rules: [any StoppingRule] = [request.interruption]
    if let deadline = request.deadline { rules.append(deadline) }
    if let operations = request.operations { rules.append(.operations(operations)) }
    if let target = request.target { rules.append(.value(reaches: target)) }
    if !subject.isFile {
      rules.append(WhenStationary(tolerance: tolerances.stationarity))
      rules.append(.answers(answerLimit))
    } else if let answers = request.answers {
      rules.append(.answers(answers))
    }
    return AnyOf(rules)
  }

  /// What a run on a named problem may ask when nobody says: 10,000 answers a variable and as many more.
  var answerLimit: Int {
    if let answers = request.answers { return answers }
    guard case .training(let training, _) = subject.content else { return 10_000 * (subject.summary.variables + 1) }
    // A term of the sum is an answer, too.
    return 10_000 * (subject.summary.variables + training.rowCount)
  }

  func finish() async throws -> ResultDocument {
    let solution = try await run.finishErased(until: rule, width: request.threads, delivery: .inOrder)
    var document = document(of: solution)
    await explain(&document, at: solution.report.point)
    try await addSensitivity(&document)
    return document
  }

  func document(of solution: ErasedSolution) -> ResultDocument {
    var document = ResultDocument()
    document.seed = run.seed
    document.problem = subject.summary
    document.method.name = run.methodName
    document.method.settings = run.settingValues.map { .init($0.name, .string($0.value)) }
    document.tolerances = tolerances
    document.take(solution, of: subject)
    if case .program(let program) = subject.content, program.isMirrored(by: entry) { document.mirror() }
    document.seconds = request.elapsed
    return document
  }
}

extension ResultDocument {
  /// What the run found and the judge confirmed, under the user's names.
  fileprivate mutating func take(_ solution: ErasedSolution, of subject: Subject) {
    let (report, verdict) = (solution.report, solution.verdict)
    status = solution.status
    certificate = verdict.certificate
    stopped = solution.stopped
    answers = solution.progress.counts
    steps = answers.reduce(0) { $0 + ($1.kind.hasPrefix("judge") ? 0 : $1.count) }
    operations = report.operations
    method.reasons = report.reasons
    if let source = report.boundSource, let gap = source.lastIndex(of: " ") {
      method.components.append(.init(String(source[..<gap]), .string(String(source[source.index(after: gap)...]))))
    }
    // Where nothing is feasible there is no value, and the last iterate is nobody's answer.
    let hasPoint = status != .infeasible && (report.value != nil || verdict.certificate.pointChecked)
    bound = status == .infeasible ? nil : verdict.bound ?? report.bound
    if hasPoint, let objective = verdict.objective ?? report.value { objectives = [objective] }
    let (columns, rows) = (subject.columnNames, subject.rowNames)
    // The place where nothing nearby violates the rows less is what local infeasibility is about.
    if hasPoint || status == .locallyInfeasible, report.point.count == columns.count {
      self.solution = NamedNumbers(columns, report.point.elements)
    }
    front = report.front.filter { $0.point.count == columns.count }.map {
      (NamedNumbers(columns, $0.point.elements), $0.outcomes.objectives)
    }
    // With several objectives the point is the one that the method recommends of its front.
    if let chosen = report.front.first(where: { $0.point == report.point }), !front.isEmpty {
      objectives = chosen.outcomes.objectives
      self.solution = NamedNumbers(columns, report.point.elements)
    }
    if let y = report.multipliers, y.count == rows.count { duals = NamedNumbers(rows, y.elements) }
    if let z = report.reducedCosts, z.count == columns.count { reducedCosts = NamedNumbers(columns, z.elements) }
    if status == .optimal { basis = report.basis }
    guard let ray = verdict.ray ?? report.ray else { return }
    switch verdict.outcome {
    case .infeasible where ray.count == rows.count, .locallyInfeasible where ray.count == rows.count:
      self.ray = NamedNumbers(rows, ray.elements)
    case .unbounded where ray.count == columns.count: self.ray = NamedNumbers(columns, ray.elements)
    default: break
    }
  }
}

extension ResultDocument {
  /// Turns what a minimization of −f says into what it means for the maximization of f.
  fileprivate mutating func mirror() {
    objectives = objectives.map { -$0 }
    bound = bound.map { -$0 }
    if let y = duals { duals = NamedNumbers(y.names, y.values.map { -$0 }) }
    if let z = reducedCosts { reducedCosts = NamedNumbers(z.names, z.values.map { -$0 }) }
  }
}

extension SolveSession {
  /// Lets somebody hear what happens, in the run and in an outside solver behind it.
  func observe(_ observer: @escaping @Sendable (ErasedEvent) -> Void) {
    run.observe(observer)
    relay.listen { observer(.interim($0)) }
  }

  /// How many answers the run may take; nil when nothing limits them.
  var expectedAnswers: Int? {
    subject.isFile ? request.answers : answerLimit
  }
}
