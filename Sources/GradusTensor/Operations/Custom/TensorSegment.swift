// SPDX-License-Identifier: Apache-2.0

/// A stretch of a computation of which only inputs and output are kept; the rest is computed again on the way back.
struct TensorSegment: TensorOperation {
  private let body: SegmentBody
  let name: String

  init(_ name: String, _ body: @escaping @Sendable ([TracedTensor]) -> TracedTensor) {
    self.name = name
    self.body = SegmentBody(body)
  }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    let inner = TensorTape(engine: engine, isRecording: false)
    let output = body.run((0..<inputs.count).map { inner.constant(inputs[$0]) })
    do {
      let value = try output.value
      inner.reset()
      return value
    } catch let error as TensorError {
      throw error
    } catch {
      throw .failed(operation: name, reason: String(describing: error))
    }
  }

  func expansion(_ inputs: [TracedTensor]) -> TracedTensor? { body.run(inputs) }
}

private final class SegmentBody: Sendable {
  let run: @Sendable ([TracedTensor]) -> TracedTensor
  init(_ run: @escaping @Sendable ([TracedTensor]) -> TracedTensor) { self.run = run }
}

extension TensorTape {
  /// Carries out `body` on `inputs` and keeps only its output; the way back computes it again.
  ///
  /// Parameters that `body` uses must be among the inputs, and it must do the same every time. With a segment for each of
  /// √n layers, memory falls to O(√n) for one more execution. Source: Griewank and Walther, *Evaluating Derivatives*,
  /// chapter 12.
  public func segment(
    _ name: String, _ inputs: [TracedTensor], _ body: @escaping @Sendable ([TracedTensor]) -> TracedTensor
  ) -> TracedTensor {
    apply(TensorSegment(name, body), all: inputs)
  }
}
