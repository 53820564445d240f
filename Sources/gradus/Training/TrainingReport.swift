// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// What is said at the end of a training, or of an evaluation.
struct TrainingReport {
  let session: TrainingSession
  let seed: UInt64
  let seconds: Double

  private var command: TrainCommand { session.command }
  private var spec: TrainingSpec { session.spec }
  private var material: TrainingMaterial { session.material }

  /// Saves the parameters, tries them and prints what they are worth.
  func finish<Base: BatchTrainer, Architecture: Network>(
    _ run: Run<EarlyStopping<Base>>, _ loss: NetworkLoss<Architecture>, _ held: NetworkLoss<Architecture>,
    _ record: TrainingRecord, _ diagnostics: TrainingDiagnostics?
  ) throws -> ExitCode {
    let state = run.state
    let parameters = run.report.point
    if let path = command.save {
      try TensorFile(
        parameters.elements.span, layout: loss.model.layout,
        metadata: ["gradus": gradusVersion, "model": "\(loss.model)"]
      ).write(to: path)
    }
    let isEarly = run.report.claim == .stalled
    let isWhole = isEarly || run.report.claim == .exhausted
    let text = command.sample > 0 ? try sampled(loss.model, parameters) : nil
    let learned = try loss.evaluation(at: parameters)
    let unseen = try held.evaluation(at: parameters)
    let step = state.training.step
    let end = isEarly ? "stopped early" : isWhole ? "trained" : "interrupted"
    if let path = command.report {
      let page = page(
        "\(end) after \(Numbers.counted(step, "step")) in \(Numbers.time(seconds)), seed \(seed)", record.svg,
        worth(loss.model.layout.count, learned, unseen), diagnostics)
      try AtomicFile.write([Array(page.html.utf8)], to: path)
    }
    switch command.output.format {
    case .json:
      var members = head(loss.model.layout.count)
      members += [
        .init("steps", .integer(step)), .init("completed", .bool(isWhole)), .init("stoppedEarly", .bool(isEarly)),
        .init("skipped", .integer(state.training.skipped)), .init("seconds", .number(seconds)),
      ]
      if let best = state.best {
        members.append(.init("best", ["step": .integer(best.step), "heldOutLoss": .number(best.loss)]))
      }
      members += figures(learned, unseen)
      if let diagnostics { members.append(.init("diagnosis", try diagnostics.json)) }
      if let text { members.append(.init("sample", .string(text))) }
      Console.out(JSONValue.object(members).serialized(indented: true) + [0x0A])
    case .text:
      var lines = ["\(spec.data): \(end) after \(Numbers.counted(step, "step"))"]
      if let best = state.best {
        lines.append(
          "  best        step \(best.step), held-out loss \(Numbers.short(best.loss)); its parameters are the result")
      }
      if state.training.skipped > 0 {
        lines.append(
          "  passed over \(Numbers.count(state.training.skipped)) of the batches: their loss or gradient is no number")
      }
      lines += figureLines(loss.model.layout.count, learned, unseen)
      lines.append("  time        \(Numbers.time(seconds)), seed \(seed)")
      if let path = command.save { lines.append("  saved       \(path)") }
      if let path = command.report { lines.append("  report      \(path)") }
      if let result = diagnostics?.result { lines += DiagnosisText(diagnosis: result.diagnosis).lines }
      if let text { lines.append("\n" + text) }
      Console.out(lines.joined(separator: "\n") + "\n")
    }
    if !isWhole, let path = command.checkpoint {
      Console.error("gradus: interrupted; continue with '--resume \(path)'\n")
    }
    return isWhole ? .success : .interrupted
  }

  /// Prints what parameters from a file are worth.
  func evaluated<Architecture: Network>(
    _ path: String, _ parameters: Buffer<Float>, _ loss: NetworkLoss<Architecture>,
    _ held: NetworkLoss<Architecture>, _ diagnostics: TrainingDiagnostics?
  ) throws -> ExitCode {
    let learned = try loss.evaluation(at: parameters)
    let unseen = try held.evaluation(at: parameters)
    let text = command.sample > 0 ? try sampled(loss.model, parameters) : nil
    if let report = command.report {
      let page = page(
        "\(path) evaluated", nil, worth(loss.model.layout.count, learned, unseen), diagnostics)
      try AtomicFile.write([Array(page.html.utf8)], to: report)
    }
    switch command.output.format {
    case .json:
      var members = head(loss.model.layout.count) + [.init("evaluated", .string(path))] + figures(learned, unseen)
      if let diagnostics { members.append(.init("diagnosis", try diagnostics.json)) }
      if let text { members.append(.init("sample", .string(text))) }
      Console.out(JSONValue.object(members).serialized(indented: true) + [0x0A])
    case .text:
      var lines = ["\(spec.data): \(path) evaluated"]
      lines += figureLines(loss.model.layout.count, learned, unseen)
      if let result = diagnostics?.result { lines += DiagnosisText(diagnosis: result.diagnosis).lines }
      if let text { lines.append("\n" + text) }
      Console.out(lines.joined(separator: "\n") + "\n")
    }
    guard learned.loss.isFinite, unseen.loss.isFinite else {
      throw Failure(.failed, "\(path): the loss of its parameters is no number")
    }
    return .success
  }

  /// Why a training ended without numbers: the step, the tensor, the operation, and what is saved.
  func failure<Base: BatchTrainer, Architecture: Network>(
    _ run: Run<EarlyStopping<Base>>, _ loss: NetworkLoss<Architecture>, _ keeper: TrainingKeeper
  ) throws -> Failure {
    let training = run.state.training
    guard let bad = training.bad else { return Failure(.failed, "step \(training.step): the training failed") }
    let what = bad.loss.isFinite ? "the gradient" : "the loss"
    var cause = "step \(bad.step): \(what) is no number"
    if let tensor = run.problem.layout.firstNotFinite(training.parameters) {
      cause += ", for the step before it left none in '\(tensor)'"
    } else {
      if spec.bad == .skip { cause += ", as that of the \(Numbers.count(training.badInARow - 1)) batches before" }
      if let tensor = bad.tensor { cause += ", first in '\(tensor)'" }
      if case .notFinite(let operation, _, _) = try loss.firstNotFinite(
        at: training.parameters, of: bad.rows, stream: bad.stream)
      {
        cause += ", made by \(operation)"
      }
    }
    let saved = try keeper.keepLastGood(run)
    let skip = spec.bad == .stop ? ", or pass such batches over with 'bad: skip'" : ""
    return Failure(
      .failed,
      "\(cause); lower the rate (\(spec.rate)) or the clip (\(spec.clip.isFinite ? "\(spec.clip)" : "none"))\(skip); "
        + saved)
  }

  /// The page of `--report`.
  private func page(
    _ end: String, _ curve: String?, _ figures: [(name: String, value: String)], _ diagnostics: TrainingDiagnostics?
  ) -> TrainingPage {
    TrainingPage(
      title: "Training on \(spec.data)", remark: "Gradus \(gradusVersion), \(end).", curve: curve, figures: figures,
      spec: spec.echo, diagnostics: diagnostics)
  }

  private func head(_ parameters: Int) -> [JSONValue.Member] {
    [
      .init("schema", "gradus.training/1"), .init("version", .string(gradusVersion)), .init("seed", JSONValue(seed)),
      .init("spec", .object(spec.echo.map { .init($0.name, .string($0.value)) })),
      .init("parameters", .integer(parameters)),
    ]
  }

  private func figures(_ learned: Evaluation, _ held: Evaluation) -> [JSONValue.Member] {
    func all(_ evaluation: Evaluation) -> JSONValue {
      .object(
        [.init("loss", .number(evaluation.loss))] + evaluation.metrics.map { .init($0.name, .number($0.value)) })
    }
    return [.init("learned", all(learned)), .init("heldOut", all(held))]
  }

  private func figureLines(_ parameters: Int, _ learned: Evaluation, _ held: Evaluation) -> [String] {
    worth(parameters, learned, held).map {
      "  " + $0.name + String(repeating: " ", count: 12 - $0.name.count) + $0.value
    }
  }

  /// What the parameters are worth, as a person reads it.
  private func worth(_ parameters: Int, _ learned: Evaluation, _ held: Evaluation) -> [(name: String, value: String)] {
    // All metrics are in the JSON; a person reads those that the task is known by.
    let known = ["accuracy", "RMSE", "R²"] + (material.alphabet.isEmpty ? [] : ["perplexity"])
    func words(_ evaluation: Evaluation) -> String {
      (["loss \(Numbers.short(evaluation.loss))"]
        + evaluation.metrics.filter { known.contains($0.name) }.map {
          $0.name == "accuracy" ? "\(percent($0.value)) right" : "\($0.name) \(Numbers.short($0.value, digits: 4))"
        }).joined(separator: ", ")
    }
    return [
      ("parameters", Numbers.count(parameters)), ("learned", words(learned)), ("held out", words(held)),
    ]
  }

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
