// SPDX-License-Identifier: Apache-2.0
import GradusTensor
import Testing

@Suite("Values of composed operations")
struct ValueTests {
  @Test func factorsMultiplyToTheMatrix() throws {
    let engine = TensorEngine()
    let a = Tensor([4.0, 2, 1, 2, 5, 3, 1, 3, 6], [3, 3])
    let tape = TensorTape(engine: engine, isRecording: false)
    let x = tape.constant(a)
    let l = x.cholesky(), (q, r) = x.qr()
    for product in [try l.matmul(l.transposed()).value, try q.matmul(r).value, try x.matmul(x.solve(x)).value] {
      for (found, expected) in zip(product.doubles, a.doubles) { #expect(abs(found - expected) < 1e-13) }
    }
  }

  @Test func transformKeepsWhatItHasModesFor() throws {
    let signal = (0..<8).map { 1 + [1.0, 0, -1, 0][$0 % 4] }
    let back = try TensorEngine().value(
      of: { x in
        let transform = ProductCases.transform(x[0]), (real, imaginary) = transform.forward(x[0])
        return transform.inverse(real, imaginary)
      }, at: [Tensor(signal, [1, 8])])
    for (found, expected) in zip(back.doubles, signal) { #expect(abs(found - expected) < 1e-14) }
  }
}
