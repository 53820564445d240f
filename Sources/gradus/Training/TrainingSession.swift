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
    let rate = LearningRate(
      Schedule(
        peak: spec.rate, shape: spec.schedule, warmup: spec.warmup, steps: max(spec.steps, spec.warmup + 1), floor: 0.02
      ))
    let clip = ClipByNorm(Float(spec.clip))
    let decay = Decay(Float(spec.decay))
    switch spec.rule {
    case .adamw: return try await run(model, Elementwise(clip.then(AdamMoments()).then(decay).then(rate)), rate)
    case .sgd:
      return try await run(
        model, Elementwise(clip.then(Momentum(Float(spec.momentum))).then(decay).then(rate)), rate)
    }
  }

  private func run<Rule: UpdateRule>(
    _ model: some Network, _ rule: Rule, _ rate: LearningRate
  ) async throws -> ExitCode {
    let loss = NetworkLoss(model, on: material.learned, threads: command.threads)
    let problem = loss.problem(RandomStream(seed: command.seed))
    let trainer = Trainer(rule, batchSize: spec.batch, steps: spec.steps)
    let run: Run<Trainer<Rule>>
    if let path = command.resume {
      run = try Run(resuming: Checkpoint(contentsOf: path), of: problem, asking: loss)
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      guard try encoder.encode(run.method) == encoder.encode(trainer) else {
        throw Failure(
          .usage,
          "the rule, its rate, the batch or the steps differ from those that \(path) was saved with; resume with the same"
        )
      }
    } else {
      run = try Run(problem, by: trainer, asking: loss, seed: command.seed)
    }
    let lock = try command.checkpoint.map { try FileLock(beside: $0) }
    defer { withExtendedLifetime(lock) {} }
    if let path = command.checkpoint { run.saving = Saving(to: path, every: .seconds(command.checkpointEvery)) }
    let record = TrainingRecord(
      steps: run.method.steps, from: run.state.step, isQuiet: command.output.quiet,
      isKept: command.log != nil || command.plot != nil)
    while !interruption.isRaised, try await run.step() {
      let state = run.state
      record.note(
        .init(
          step: state.step, loss: state.loss ?? .nan, rate: rate.schedule.rate(at: max(1, state.step - state.skipped)),
          norm: state.gradientNorm ?? .nan), smoothed: state.smoothedLoss)
    }
    record.clear()
    if let path = command.checkpoint { try run.checkpoint().write(to: path) }
    return try report(run, loss, NetworkLoss(model, on: material.held, threads: command.threads), record)
  }

  private func report<Rule: UpdateRule, Architecture: Network>(
    _ run: Run<Trainer<Rule>>, _ loss: NetworkLoss<Architecture>, _ held: NetworkLoss<Architecture>,
    _ record: TrainingRecord
  ) throws -> ExitCode {
    let state = run.state
    if let path = command.log { try AtomicFile.write([Array(record.csv.utf8)], to: path) }
    if let path = command.plot { try AtomicFile.write([Array(record.svg(spec.data).utf8)], to: path) }
    if let path = command.save {
      try TensorFile(
        state.parameters.elements.span, layout: loss.model.layout,
        metadata: ["gradus": gradusVersion, "model": "\(loss.model)"]
      ).write(to: path)
    }
    if run.report.claim == .failed {
      throw Failure(
        .failed,
        "step \(state.step): the loss or its gradient is no number; lower the rate (\(spec.rate)) or the clip (\(spec.clip))"
      )
    }
    let learned = try loss.evaluation(at: state.parameters)
    let unseen = try held.evaluation(at: state.parameters)
    let text = command.sample > 0 ? try sampled(loss.model, state.parameters) : nil
    let isWhole = state.step >= run.method.steps
    switch command.output.format {
    case .json:
      var members: [JSONValue.Member] = [
        .init("schema", "gradus.training/1"), .init("version", .string(gradusVersion)),
        .init("seed", JSONValue(run.seed)),
        .init("spec", .object(spec.echo.map { .init($0.name, .string($0.value)) })),
        .init("parameters", .integer(problemSize(run))), .init("steps", .integer(state.step)),
        .init("completed", .bool(isWhole)), .init("seconds", .number(record.seconds)),
        .init("learned", ["loss": .number(learned.loss), "accuracy": .number(learned.accuracy)]),
        .init("heldOut", ["loss": .number(unseen.loss), "accuracy": .number(unseen.accuracy)]),
      ]
      if let text { members.append(.init("sample", .string(text))) }
      Console.out(JSONValue.object(members).serialized(indented: true) + [0x0A])
    case .text:
      var lines = ["\(spec.data): \(isWhole ? "trained" : "interrupted") after \(Numbers.counted(state.step, "step"))"]
      lines.append("  parameters  \(Numbers.count(problemSize(run)))")
      lines.append("  learned     loss \(Numbers.short(learned.loss)), \(percent(learned.accuracy)) right")
      lines.append("  held out    loss \(Numbers.short(unseen.loss)), \(percent(unseen.accuracy)) right")
      lines.append("  time        \(Numbers.time(record.seconds)), seed \(run.seed)")
      if let path = command.save { lines.append("  saved       \(path)") }
      if let text { lines.append("\n" + text) }
      Console.out(lines.joined(separator: "\n") + "\n")
    }
    if !isWhole, let path = command.checkpoint {
      Console.error("gradus: interrupted; continue with '--resume \(path)'\n")
    }
    return isWhole ? .success : .interrupted
  }

  private func problemSize<Rule: UpdateRule>(_ run: Run<Trainer<Rule>>) -> Int { run.problem.layout.count }

  private func percent(_ share: Double) -> String { "\(Numbers.short(100 * share, digits: 4)) %" }

  /// Letters drawn one after the other from the model's own probabilities.
  private func sampled(_ model: some Network, _ parameters: Buffer<Float>) throws -> String {
    let writer = TextWriter(model, context: spec.context, parameters: parameters)
    var stream = RandomStream(seed: command.seed).child("sample")
    let start = material.alphabet.firstIndex(of: 0x0A) ?? 0
    let tokens = try writer.write(command.sample, after: [Int32(start)], temperature: 0.8, &stream)
    return String(decoding: tokens.map { material.alphabet[Int($0)] }, as: UTF8.self)
  }
}
