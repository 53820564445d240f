// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics
public import GradusTensor
import GradusTrace

/// What one batch told about a training before it was begun.
public struct TrainingRehearsal: Sendable, Hashable {
  /// Bytes in tensors at the peak of a step: activations and gradients, without parameters and moments.
  public var peakBytes: Int
  /// What one observation more adds to them.
  public var bytesPerObservation: Int
  /// Parameters that nothing depends on: no step ever changes them.
  public var unreached: [String]
}

extension NetworkLoss {
  /// Measures the peak of one step on a few observations and carries it on to `batch` of them.
  ///
  ///     peak(b) ≈ peak(8) + (b − 8)/4·(peak(8) − peak(4))
  ///
  /// Nothing larger is allocated, so a batch that the machine cannot hold is known before it is tried.
  /// Cost: two steps of at most eight observations.
  public func rehearsal(batch: Int) throws -> TrainingRehearsal {
    precondition(batch > 0, "a batch has at least one observation")
    let count = min(batch, data.count), large = min(count, 8), small = max(1, large / 2)
    var rehearsal = try rehearsed(large)
    guard large > small else { return rehearsal }
    let slope = Double(rehearsal.peakBytes - (try rehearsed(small)).peakBytes) / Double(large - small)
    rehearsal.peakBytes = Int(min(Double(rehearsal.peakBytes) + slope * Double(count - large), 1e18))
    rehearsal.bytesPerObservation = max(0, Int(slope))
    return rehearsal
  }

  private func rehearsed(_ count: Int) throws -> TrainingRehearsal {
    try walk(at: nil, Array(0..<count), RandomStream(seed: 0), checksFinite: false)
  }

  /// The operation that makes the first number that is none for these observations at these parameters; nil when a second
  /// look finds all of them finite.
  ///
  /// Cost: one step with every result checked.
  public func firstNotFinite(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> TensorError? {
    do {
      _ = try walk(at: point, rows, stream, checksFinite: true)
      return nil
    } catch {
      guard let cause = TensorError(under: error), case .notFinite = cause else { throw error }
      return cause
    }
  }
}

extension TensorError {
  /// The tensor error that a trace passed on as the cause of its own; nil when it is another.
  public init?(under error: any Error) {
    switch error {
    case let error as TensorError: self = error
    case TraceError.failed(_, _, let cause):
      guard let found = TensorError(under: cause) else { return nil }
      self = found
    default: return nil
    }
  }
}
