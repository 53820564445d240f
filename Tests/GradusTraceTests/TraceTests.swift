// SPDX-License-Identifier: Apache-2.0
import GradusTrace
import Testing

private func times(_ a: Traced<Double>, _ b: Traced<Double>) throws -> Traced<Double> {
  let (x, y) = (try a.value, try b.value)
  return a.recorder.record("multiply", [a.id, b.id], x * y, Pullback { [$0 * y, $0 * x] })
}

@Suite("The trace")
struct TraceTests {
  @Test func gradientOfAProduct() throws {
    let recorder = Recorder()
    let x = recorder.parameter("x", 3.0), y = recorder.parameter("y", 4.0)
    let z = try times(times(x, y), x)
    let heard = try recorder.propagate([(z.id, 1.0)], by: Gradients<Double>())
    #expect(heard[x] == 24)
    #expect(heard[y] == 9)
  }
}
