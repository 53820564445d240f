// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// Sees to it that a training loses nothing: checkpoint, log and picture every few seconds, and the last parameters that
/// are numbers.
final class TrainingKeeper {
  private let command: TrainCommand
  private let record: TrainingRecord
  private let diagnostics: TrainingDiagnostics?
  private var saved = ContinuousClock.now
  /// The parameters of a step at which all of them were numbers.
  private var good: (step: Int, parameters: Buffer<Float>)?

  init(_ command: TrainCommand, _ record: TrainingRecord, _ diagnostics: TrainingDiagnostics? = nil) {
    self.command = command
    self.record = record
    self.diagnostics = diagnostics
  }

  func saveIfDue<Base: BatchTrainer>(_ run: Run<EarlyStopping<Base>>) throws {
    guard (ContinuousClock.now - saved).seconds >= command.checkpointEvery else { return }
    try save(run)
  }

  /// The log and what was seen first, so that they have everything that the checkpoint knows of.
  func save<Base: BatchTrainer>(_ run: Run<EarlyStopping<Base>>) throws {
    try record.save()
    try diagnostics?.save()
    defer { saved = .now }
    let training = run.state.training
    // A checkpoint of numbers that are none would replace one that can be gone on with.
    guard run.problem.layout.firstNotFinite(training.parameters) == nil else { return }
    if let path = command.checkpoint { try run.save(to: path) }
    let copy = good?.parameters ?? Buffer(repeating: 0, count: training.parameters.count)
    good = (training.step, copy.filled(with: training.parameters))
  }

  /// The parameters of the last step at which all of them were numbers.
  func lastGood<Base: BatchTrainer>(_ run: Run<EarlyStopping<Base>>) -> (step: Int, parameters: Buffer<Float>) {
    let training = run.state.training
    if run.problem.layout.firstNotFinite(training.parameters) == nil {
      return (training.step - training.badInARow, training.parameters)
    }
    return good ?? (0, run.problem.start)
  }

  /// Writes the last good parameters where parameters were asked for, or beside the checkpoint; what was done, in words.
  func keepLastGood<Base: BatchTrainer>(_ run: Run<EarlyStopping<Base>>) throws -> String {
    try record.save()
    let (step, parameters) = lastGood(run)
    guard let path = command.save ?? command.checkpoint.map({ $0 + ".safetensors" }) else {
      return "nothing was saved, for neither --save nor --checkpoint was given"
    }
    try TensorFile(
      parameters.elements.span, layout: run.problem.layout, metadata: ["gradus": gradusVersion, "step": "\(step)"]
    ).write(to: path)
    return "the parameters after \(Numbers.counted(step, "step")) are in \(path), for '--from \(path)'"
  }

  /// What can be saved before an error ends the run; the error with that said.
  func rescue<Base: BatchTrainer>(
    _ run: Run<EarlyStopping<Base>>, _ error: any Error, _ layout: Layout
  ) throws -> any Error {
    try save(run)
    let cause = Failure((error as? OracleFailure)?.underlying ?? error)
    let place = command.checkpoint.map { "; the run is saved, for '--resume \($0)'" } ?? ""
    return Failure(
      cause.code, "step \(run.state.training.step + 1): \(cause.message)\(place)")
  }
}

extension Buffer<Float> {
  /// The same memory with other numbers.
  fileprivate consuming func filled(with other: Buffer<Float>) -> Buffer<Float> {
    for i in elements.indices { elements[i] = other.elements[i] }
    return self
  }
}
