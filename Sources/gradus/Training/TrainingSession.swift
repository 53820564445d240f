// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

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
    try await run(model, try RuleComposition(spec: spec).rule(for: model.layout))
  }

  /// With the trainer of the spec, which is another one.
  private func run<Rule: UpdateRule>(_ model: some Network, _ rule: Rule) async throws -> ExitCode {
    var trainer = Trainer(
      rule, batchSize: spec.batch, steps: spec.steps, schedule: try spec.schedule(command),
      skipsBadBatches: spec.bad == .skip)
    trainer.crew = command.threads > 1 ? WorkCrew(width: command.threads) : nil
    if let sharpness = spec.parts.sharpness {
      let aware = SharpnessAwareTrainer(trainer, radius: sharpness.radius, isAdaptive: sharpness.isAdaptive)
      return try await train(model, aware, words: rule.wordsPerParameter + 1)
    }
    if spec.parts.isSearched {
      let auto = AutoRateTrainer(trainer, search: spec.rateSearch)
      return try await train(model, auto, words: 2 * rule.wordsPerParameter + 1)
    }
    let words = rule.wordsPerParameter + RuleComposition(spec: spec).curvatureWords(model.layout)
    return try await train(model, trainer, words: words)
  }

  /// `words` are the numbers kept for each parameter beside itself.
  private func train<Base: BatchTrainer>(
    _ model: some Network, _ trainer: Base, words: Double
  ) async throws -> ExitCode {
    let budget = try TrainingBudget(model, words: words, self)
    let loss = loss(model, material.learned, budget)
    try budget.rehearse(loss, self)
    if command.diagnose { try budget.rehearseDiagnosis(loss, self) }
    let held = self.loss(model, material.held, budget)
    let watched = WatchedLoss(loss, heldOut: held)
    let method = EarlyStopping(trainer, every: spec.evaluateEvery, patience: spec.patience)
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
      if !run.method.isLookDue(run.state) { try look() }
      diagnostics?.remember(run.state.training.step, run.state.training.parameters)
      // Of a step whose look is due there is no line yet.
      var noted = run.state.training.step - (run.method.isLookDue(run.state) ? 1 : 0)
      while !interruption.isRaised, try await run.step() {
        if run.method.isLookDue(run.state) { continue }
        // Steps that do not count, those of trials, leave the step as it is.
        if run.state.training.step > noted {
          noted = run.state.training.step
          try record.note(entry(run))
          try look()
          diagnostics?.remember(noted, run.state.training.parameters)
        }
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
  private func open<Base: BatchTrainer, Loss: HeldOutOracle<Buffer<Float>>>(
    _ loss: NetworkLoss<some Network>, _ oracle: Loss, _ method: EarlyStopping<Base>
  ) throws -> Run<EarlyStopping<Base>> {
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
    let differs = Failure(
      .usage,
      "the rule, its rate, the batch or the steps differ from those that \(path) was saved with; resume with the same")
    let saved = checkpoint.header.method
    // Another trainer, or other parts around the rule, are other types.
    if saved != Run<EarlyStopping<Base>>.methodName, saved.lowercased().hasPrefix("early") { throw differs }
    let run = try Run<EarlyStopping<Base>>(resuming: checkpoint, of: problem, asking: oracle, judgedBy: loss)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard try encoder.encode(run.method) == encoder.encode(method) else { throw differs }
    return run
  }

  /// The name of the rule that a training was saved with; nil where it was no training of this kind.
  private static func rule(of checkpoint: Checkpoint) -> String? {
    func method<Rule: CataloguedRule>(_ type: Rule.Type) -> String {
      String(describing: EarlyStopping<Trainer<Clipped<Rule>>>.self)
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

  /// The line of the last step that counts.
  private func entry<Base: BatchTrainer>(_ run: Run<EarlyStopping<Base>>) -> TrainingLog.Entry {
    let state = run.state
    let training = state.training
    let isBad = training.bad?.step == training.step
    return .init(
      step: training.step, loss: isBad ? training.bad?.loss ?? .nan : training.loss ?? .nan,
      rate: spec.rate * (run.method.trainer.schedule?.rate(at: max(1, training.step - training.skipped)) ?? 1)
        * (state.base.foundFactor ?? 1),
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
