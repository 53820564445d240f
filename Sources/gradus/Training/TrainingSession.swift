// SPDX-License-Identifier: Apache-2.0
import Gradus

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// One training from its start, or from where it was saved, to its report.
struct TrainingSession {
  let command: TrainCommand
  let spec: TrainingSpec
  let material: TrainingMaterial
  let interruption: Interruption

  /// With the rule of the spec, which is a type.
  func run(_ model: some Network) async throws -> ExitCode {
    try await run(model, try RuleCatalog.entry(named: spec.rule).open(spec.settings))
  }

  private func run<Rule: CataloguedRule>(_ model: some Network, _ rule: Rule) async throws -> ExitCode {
    let clipped = Clipped(rule, length: spec.clip)
    let budget = try TrainingBudget(model, words: rule.wordsPerParameter, self)
    let loss = loss(model, material.learned, budget)
    try budget.rehearse(loss, self)
    if command.diagnose { try budget.rehearseDiagnosis(loss, self) }
    let held = self.loss(model, material.held, budget)
    let watched = WatchedLoss(loss, heldOut: held)
    let schedule = Schedule(
      peak: 1, shape: spec.schedule, warmup: spec.warmup, steps: max(spec.steps, spec.warmup + 1), floor: 0.02)
    var method = EarlyStopping(
      Trainer(
        clipped, batchSize: spec.batch, steps: spec.steps, schedule: schedule, skipsBadBatches: spec.bad == .skip),
      every: spec.evaluateEvery, patience: spec.patience)
    method.trainer.crew = command.threads > 1 ? WorkCrew(width: command.threads) : nil
    let run = try open(loss, watched, method)
    let lock = try command.checkpoint.map { try FileLock(beside: $0) }
    defer { withExtendedLifetime(lock) {} }
    let record = try TrainingRecord(
      command, title: spec.data, steps: spec.steps, after: run.state.training.step,
      isLookDue: run.method.isLookDue(run.state))
    let diagnostics = try TrainingDiagnostics(self, after: run.state.training.step)
    diagnostics?.announce(material.learned.count)
    let keeper = TrainingKeeper(command, record, diagnostics)
    func look() throws {
      try diagnostics?.look(
        loss, run.state.training.step, run.state.training.parameters, at: run.state.training.parameters,
        from: run.problem.start)
    }
    do {
      // A run that was interrupted where a look was due has it now.
      if entry(run) != nil { try look() }
      diagnostics?.remember(run.state.training.step, run.state.training.parameters)
      while !interruption.isRaised, try await run.step() {
        guard let entry = entry(run) else { continue }
        try record.note(entry)
        try look()
        diagnostics?.remember(run.state.training.step, run.state.training.parameters)
        try keeper.saveIfDue(run)
      }
    } catch {
      record.clear()
      throw try keeper.rescue(run, error, model.layout)
    }
    record.clear()
    let report = TrainingReport(session: self, seed: run.seed, seconds: record.seconds)
    if run.report.claim == .failed { throw try report.failure(run, loss, keeper) }
    try keeper.save(run)
    try diagnostics?.finish(
      loss, run.state.training.step, run.state.training.parameters, at: run.report.point, from: run.problem.start)
    return try report.finish(run, loss, held, record, diagnostics)
  }

  /// A fresh run, or the one that was saved.
  private func open<Rule: UpdateRule, Loss: HeldOutOracle<Buffer<Float>>>(
    _ loss: NetworkLoss<some Network>, _ oracle: Loss, _ method: EarlyStopping<Rule>
  ) throws -> Run<EarlyStopping<Rule>> {
    var problem = loss.problem(RandomStream(seed: command.seed))
    if let path = command.from { problem.start = Buffer(try parameters(path, problem.layout)) }
    if spec.evaluateEvery > 0 {
      // Which step is the best depends on the held-out observations as well.
      var print = Fingerprint()
      print.mix("\(problem.fingerprint) \(material.held.fingerprint)")
      problem.fingerprint = print.value
    }
    guard let path = command.resume else {
      return try Run(problem, by: method, asking: oracle, seed: command.seed, judgedBy: loss)
    }
    let checkpoint = try Checkpoint(contentsOf: path)
    if let saved = Self.rule(of: checkpoint), saved != spec.rule {
      throw Failure(
        .unreadable,
        "\(path) was saved by the rule \(saved), not by \(spec.rule); say 'rule: \(saved)', or leave --resume out")
    }
    let run = try Run<EarlyStopping<Rule>>(resuming: checkpoint, of: problem, asking: oracle, judgedBy: loss)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard try encoder.encode(run.method) == encoder.encode(method) else {
      throw Failure(
        .usage,
        "the rule, its rate, the batch or the steps differ from those that \(path) was saved with; resume with the same"
      )
    }
    return run
  }

  /// The name of the rule that a training was saved with; nil where it was no training of this kind.
  private static func rule(of checkpoint: Checkpoint) -> String? {
    func method<Rule: CataloguedRule>(_ type: Rule.Type) -> String {
      String(describing: EarlyStopping<Clipped<Rule>>.self)
    }
    return RuleCatalog.entries.first { method($0.type) == checkpoint.header.method }?.card.name
  }

  /// The parameters in a file, for a model with this layout.
  func parameters(_ path: String, _ layout: Layout) throws -> [Float] {
    do { return try TensorFile(contentsOf: path).parameters(for: layout) } catch var error as TensorFileError {
      error.file = path
      throw error
    }
  }

  /// The line of the last step; nil while a look at held-out observations belongs to it and is due.
  private func entry<Rule: UpdateRule>(
    _ run: Run<EarlyStopping<Rule>>
  ) -> TrainingLog.Entry? {
    let state = run.state
    guard !run.method.isLookDue(state) else { return nil }
    let training = state.training
    let isBad = training.bad?.step == training.step
    return .init(
      step: training.step, loss: isBad ? training.bad?.loss ?? .nan : training.loss ?? .nan,
      rate: spec.rate * (run.method.trainer.schedule?.rate(at: max(1, training.step - training.skipped)) ?? 1),
      norm: isBad ? .nan : training.gradientNorm ?? .nan,
      heldOut: state.looked.flatMap { $0.step == training.step ? $0.loss : nil })
  }

  /// Without training: what saved parameters make of the data.
  func evaluate(_ model: some Network, _ path: String) throws -> ExitCode {
    let parameters = Buffer(try parameters(path, model.layout))
    let budget = try TrainingBudget(model, words: 0, self)
    let report = TrainingReport(session: self, seed: command.seed, seconds: 0)
    let loss = loss(model, material.learned, budget)
    let diagnostics = try TrainingDiagnostics(self, after: 0)
    if diagnostics != nil { try budget.rehearseDiagnosis(loss, self) }
    try diagnostics?.finish(loss, 0, nil, at: parameters, from: nil)
    return try report.evaluated(path, parameters, loss, self.loss(model, material.held, budget), diagnostics)
  }

  private func loss<Architecture: Network>(
    _ model: Architecture, _ data: LearningData, _ budget: TrainingBudget
  ) -> NetworkLoss<Architecture> {
    NetworkLoss(
      model, on: data, threads: command.threads, chunk: spec.batch, memoryLimit: budget.tensorLimit)
  }
}
