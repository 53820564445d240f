// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

/// The memory of a training, known before it is asked for.
///
///     parameters     4 bytes each: where training stands, where it began, as tensors and gradient, and those of the held-out
///                    loss; with early stopping the best ones; with a checkpoint what is written
///     rule           4 bytes for each number it keeps, twice while a checkpoint is written
///     tensors        activations and gradients of one batch, twice: for what is learned and what is held out
struct TrainingBudget {
  /// Bytes that may be used; nil when nothing says.
  private let available: Int?
  private let parameterCount: Int
  private let fixed: Int
  /// What is left for the tensors of one loss.
  let tensorLimit: Int

  init(_ model: some Network, words: Double, _ session: TrainingSession) throws {
    available = session.command.memoryLimit ?? MachineMemory.available
    parameterCount = model.layout.count
    let command = session.command, spec = session.spec
    let copies = 6 + (spec.evaluateEvery > 0 ? 1 : 0) + (command.checkpoint != nil ? 1 : 0)
    let moments = words * (command.checkpoint != nil ? 2 : 1)
    fixed = Int(min(4 * Double(parameterCount) * (Double(copies) + moments), 1e18))
    let bytes = fixed
    tensorLimit = available.map { max(0, $0 - bytes) } ?? .max
    if let available, fixed > available {
      throw Failure(
        .unreadable,
        "\(Numbers.count(parameterCount)) parameters take \(Numbers.bytes(fixed)) to train with \(spec.rule), "
          + "and \(Numbers.bytes(available)) are free; choose \(Self.smaller(spec))")
    }
  }

  /// Refuses a batch that does not fit, and warns of parameters that no step changes.
  func rehearse(_ loss: NetworkLoss<some Network>, _ session: TrainingSession) throws {
    let spec = session.spec
    let rehearsal: TrainingRehearsal
    do { rehearsal = try loss.rehearsal(batch: spec.batch) } catch {
      guard case .memory? = TensorError(under: error) else { throw error }
      throw refusal("more than that", spec, fits: 0)
    }
    if let first = rehearsal.unreached.first, !session.command.output.quiet {
      let others = rehearsal.unreached.count - 1
      Console.error(
        "gradus: the loss does not depend on '\(first)'\(others > 0 ? " and \(others) more" : ""): training leaves it\n"
      )
    }
    guard let available else { return }
    let (need, isTooLarge) = fixed.addingReportingOverflow(2 * rehearsal.peakBytes)
    guard isTooLarge || need > available else { return }
    let one = max(1, rehearsal.bytesPerObservation)
    let base = max(0, rehearsal.peakBytes - one * min(spec.batch, loss.data.count))
    // Blocks of memory are up to an eighth larger than what is asked for.
    throw refusal(Numbers.bytes(isTooLarge ? .max : need), spec, fits: (tensorLimit / 2 - base) / one * 7 / 8)
  }

  /// Refuses a diagnosis that does not fit beside the training.
  func rehearseDiagnosis(_ loss: NetworkLoss<some Network>, _ session: TrainingSession) throws {
    let command = session.command
    let tensors: Int
    do { tensors = try loss.diagnosisMemory(command.diagnosisSettings, batch: session.spec.batch) } catch {
      guard case .memory? = TensorError(under: error) else { throw error }
      throw Failure(.unreadable, "there is no memory for a diagnosis of this network; leave --diagnose out")
    }
    guard let available else { return }
    // Two more copies of the parameters: those before the last step.
    let (need, isTooLarge) = (fixed + 8 * parameterCount).addingReportingOverflow(tensors)
    guard isTooLarge || need > available else { return }
    throw Failure(
      .unreadable,
      "a diagnosis of \(Numbers.count(parameterCount)) parameters on "
        + "\(Numbers.counted(command.diagnoseOn, "observation")) takes \(Numbers.bytes(isTooLarge ? .max : need)), and "
        + "\(Numbers.bytes(available)) are free; leave --diagnose out, or choose a smaller batch")
  }

  private func refusal(_ need: String, _ spec: TrainingSpec, fits: Int) -> Failure {
    let remedy = fits > 0 ? "batch: \(fits) or less, or \(Self.smaller(spec))" : Self.smaller(spec)
    return Failure(
      .unreadable,
      "a batch of \(spec.batch) with \(Numbers.count(parameterCount)) parameters takes \(need) to train, and "
        + "\(available.map(Numbers.bytes) ?? "less") are free; choose \(remedy)")
  }

  private static func smaller(_ spec: TrainingSpec) -> String {
    spec.model == .perceptron ? "smaller widths" : "a smaller width, context or fewer layers"
  }
}
