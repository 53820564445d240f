// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import Testing

/// x² with one rule broken at will.
private struct BrokenSquare: TensorOperation {
  enum Fault: String, CaseIterable { case none, pullback, tangent, kernel, curvature }
  let fault: Fault
  var name: String { "broken square" }

  func forward(_ inputs: Operands, on engine: TensorEngine) throws(TensorError) -> Tensor {
    Tensor(inputs[0].doubles.map { $0 * $0 }, inputs[0].shape)
  }

  func pullback(_ g: TracedTensor, _ at: DerivativeContext) {
    let x = fault == .curvature ? at.input(0).stopGradient() : at.input(0)
    at.send(g * x * (fault == .pullback ? 2.001 : 2), to: 0)
  }

  func gradient(_ g: Tensor, _ at: GradientContext) throws(TensorError) -> Bool {
    guard fault == .kernel else { return false }
    let x = try at.input(0)
    at.send(Tensor(zip(g.doubles, x.doubles).map { 2.001 * $0 * $1 }, x.shape), to: 0)
    return true
  }

  func tangent(_ at: DerivativeContext, _ tangents: [TracedTensor?]) -> TracedTensor? {
    fault == .tangent ? tangents[0].map { $0 * at.input(0) * 2.001 } : nil
  }
}

@Suite("Every law of derivatives catches a broken operation")
struct SharpnessTests {
  private func broken(_ fault: BrokenSquare.Fault) throws -> Set<DerivativeLaws.Law> {
    let point = [Tensor([0.5, -1.25, 2], [3])]
    let laws = DerivativeLaws(engine: TensorEngine()) { $0[0].tape.apply(BrokenSquare(fault: fault), $0[0]) }
    return Set(try laws.violations(at: point).map(\.law))
  }

  @Test func directional() throws { #expect(try broken(.pullback).contains(.directional)) }
  @Test func adjoint() throws { #expect(try broken(.tangent) == [.adjoint]) }
  @Test func recorded() throws { #expect(try broken(.kernel).contains(.recorded)) }
  @Test func curvature() throws { #expect(try broken(.curvature) == [.reverseOverReverse, .forwardOverReverse]) }
  @Test func soundOperationPasses() throws { #expect(try broken(.none).isEmpty) }
}
