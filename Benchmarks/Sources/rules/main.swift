// SPDX-License-Identifier: Apache-2.0
// Steps of update rules beside plain C loops and the machine's triad, in turns in one process: rules PLAIN-LOOPS.so
import Foundation
import GradusFirstOrder

typealias Pointer = UnsafeMutablePointer<Float>
typealias Triad = @convention(c) (Pointer, UnsafePointer<Float>, UnsafePointer<Float>, Float, Int) -> Void
typealias Heavy = @convention(c) (Pointer, UnsafePointer<Float>, Pointer, Float, Float, Int) -> Void
typealias Adam =
  @convention(c) (
    Pointer, UnsafePointer<Float>, Pointer, Pointer, Float, Float, Float, Float, Float, Float, Float, Int
  ) -> Void

func seconds(_ body: () -> Void) -> Double {
  let begin = ContinuousClock.now
  body()
  let (whole, atto) = (ContinuousClock.now - begin).components
  return Double(whole) + Double(atto) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

guard CommandLine.arguments.count == 2, let library = dlopen(CommandLine.arguments[1], RTLD_NOW),
  let triadSymbol = dlsym(library, "k_triad"), let heavySymbol = dlsym(library, "k_sgdm"),
  let adamSymbol = dlsym(library, "k_adam")
else {
  FileHandle.standardError.write(Data("usage: rules PLAIN-LOOPS.so\n".utf8))
  exit(2)
}
let triad = unsafeBitCast(triadSymbol, to: Triad.self)
let heavy = unsafeBitCast(heavySymbol, to: Heavy.self)
let adam = unsafeBitCast(adamSymbol, to: Adam.self)

/// Median seconds of a step of our rule, of the C loop and of a triad that moves 12 bytes a number, in turns.
func measure<R: ElementwiseRule>(
  _ name: String, _ rule: R, bytes: Int, count n: Int,
  plain: (inout [Float], [Float], inout [Float], inout [Float], Int) -> Void
) {
  let elementwise = Elementwise(rule)
  let layout = Layout([("w", [n])])
  var state = elementwise.start(layout)
  var parameters = (0..<n).map { Float($0 % 17) * 0.1 }
  let gradient = (0..<n).map { Float($0 % 23) * 0.01 - 0.1 }
  var other = parameters
  var first = [Float](repeating: 0, count: n)
  var second = first
  var times: [[Double]] = [[], [], []]
  var step = 0
  for round in 0..<31 {
    step += 1
    for k in 0..<3 {
      switch (k + round) % 3 {
      case 0:
        times[0].append(
          seconds {
            var span = parameters.mutableSpan
            elementwise.update(
              &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: step))
          })
      case 1:
        times[1].append(seconds { plain(&other, gradient, &first, &second, step) })
      default:
        times[2].append(seconds { triad(&first, parameters, gradient, 0, n) })
      // The triad has overwritten the loop's memory with numbers of the right size, which is all its time depends on.
      }
    }
  }
  let (ours, theirs, bound) = (median(times[0]), median(times[1]), median(times[2]))
  let rate = Double(bytes * n) / ours / 1e9
  let limit = Double(12 * n) / bound / 1e9
  print("\(name), n = \(n): \(1e3 * ours) ms, plain C \(1e3 * theirs) ms, \(rate) GB/s of \(limit)")
  print("\(name) n = \(n), plain C / ours: \(theirs / ours)")
  print("\(name) n = \(n), triad / ours in bytes a second: \(rate / limit)")
}

for n in [1_000_000, 25_000_000] {
  measure(
    "adamw", AdamMoments().then(Decay(0.01)).then(LearningRate(1e-3)), bytes: 28, count: n,
    plain: { p, g, m, v, t in
      let (c1, c2) = (1 - pow(0.9, Float(t)), 1 - pow(0.999, Float(t)))
      adam(&p, g, &m, &v, 1e-3, 0.9, 0.999, 1e-8, c1, c2, 0.01, n)
    })
  measure(
    "momentum", Momentum(0.9).then(LearningRate(1e-3)), bytes: 20, count: n,
    plain: { p, g, m, _, _ in heavy(&p, g, &m, 1e-3, 0.9, n) })
}
