// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusDashboard

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// Looks at the network while it is trained and in the end, as `--diagnose` asks.
///
/// What was seen on the way lies beside a checkpoint, so that a run that was resumed tells all of it.
final class TrainingDiagnostics {
  /// One look.
  struct Entry: Codable {
    var step: Int
    var diagnosis: NetworkDiagnosis
  }

  private let command: TrainCommand
  private let settings: DiagnosisSettings
  private let batch: Int
  private let stream: RandomStream
  private let interruption: Interruption
  /// On the way, in order.
  private(set) var entries: [Entry] = []
  /// Of the parameters that are the result.
  private(set) var result: Entry?
  /// Parameters after the last step that was told of, and after the one before it.
  private var now: (step: Int, parameters: Buffer<Float>)?
  private var before: (step: Int, parameters: Buffer<Float>)?

  /// nil where no diagnosis is wanted. What a run that is resumed saw before is read again.
  init?(_ session: TrainingSession, after step: Int) throws {
    guard session.command.diagnose else { return nil }
    command = session.command
    settings = session.command.diagnosisSettings
    batch = session.spec.batch
    stream = RandomStream(seed: session.command.seed).child("diagnosis")
    interruption = session.interruption
    if let path = command.resume {
      let kept = try? JSONDecoder().decode([Entry].self, from: Data(AtomicFile.read(Self.file(path), limit: 1 << 28)))
      entries = (kept ?? []).filter { $0.step <= step }
    }
  }

  private static func file(_ checkpoint: String) -> String { checkpoint + ".diagnosis" }

  /// Tells what it costs.
  func announce(_ count: Int) {
    guard !command.output.quiet else { return }
    let looked = min(settings.observations, count)
    let steps = max(1, settings.gradients * looked / batch)
    Console.error(
      "gradus: a diagnosis on \(Numbers.counted(looked, "observation")) takes about as long as "
        + "\(Numbers.counted(steps, "step"))\n")
  }

  /// Keeps a copy of the parameters after a step.
  func remember(_ step: Int, _ parameters: Buffer<Float>) {
    guard now?.step != step else { return }
    var copy = before?.parameters ?? Buffer(repeating: 0, count: parameters.count)
    (before, now) = (now, nil)
    for i in copy.elements.indices { copy.elements[i] = parameters.elements[i] }
    now = (step, copy)
  }

  /// Looks on the way, where that is due; only once at a step.
  func look(
    _ loss: NetworkLoss<some Network>, _ step: Int, _ parameters: Buffer<Float>, at point: Buffer<Float>,
    from start: Buffer<Float>
  ) throws {
    guard let every = command.diagnoseEvery, step > 0, step.isMultiple(of: every),
      !entries.contains(where: { $0.step == step })
    else { return }
    if let found = try diagnosis(loss, step, parameters, point, start) {
      entries.append(Entry(step: step, diagnosis: found))
    }
  }

  /// Looks at the result; `parameters` are those after the last step.
  func finish(
    _ loss: NetworkLoss<some Network>, _ step: Int, _ parameters: Buffer<Float>?, at point: Buffer<Float>,
    from start: Buffer<Float>?
  ) throws {
    result = try diagnosis(loss, step, parameters, point, start).map { Entry(step: step, diagnosis: $0) }
  }

  private func diagnosis(
    _ loss: NetworkLoss<some Network>, _ step: Int, _ parameters: Buffer<Float>?, _ point: Buffer<Float>,
    _ start: Buffer<Float>?
  ) throws -> NetworkDiagnosis? {
    let known = [now, before].compactMap { $0 }.first { $0.step < step }
    let moved = known.flatMap { known in parameters.map { (before: known.parameters, after: $0) } }
    do {
      return try loss.diagnosis(
        at: point, from: start, step: moved, settings: settings, batch: batch, stream: stream,
        isCancelled: { [interruption] in interruption.isRaised })
    } catch is CancellationError {
      Console.error("gradus: no diagnosis of step \(step): it was interrupted\n")
    } catch FactorizationError.notFinite {
      Console.error("gradus: no diagnosis of step \(step): a derivative is no number\n")
    }
    return nil
  }

  /// Writes what was seen beside a checkpoint, before that.
  func save() throws {
    guard let path = command.checkpoint, !entries.isEmpty else { return }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    try AtomicFile.write([Array(encoder.encode(entries))], to: Self.file(path))
  }

  /// Everything as members of a document.
  var json: JSONValue {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = .sortedKeys
      func value(_ entry: Entry) throws -> JSONValue {
        let text = String(decoding: try encoder.encode(entry.diagnosis), as: UTF8.self)
        return .object([.init("step", .integer(entry.step))] + (try JSONValue(parsing: text).members ?? []))
      }
      var members: [JSONValue.Member] = [.init("during", .array(try entries.map(value)))]
      if let result { members.append(.init("result", try value(result))) }
      return .object(members)
    }
  }
}
