// SPDX-License-Identifier: Apache-2.0
// Seconds of a step of update rules beside plain copies, in turns in one process: rule-throughput LOOPS.so THREADS SIZE…
import Foundation
import GradusFirstOrder
import GradusNative

typealias Pointer = UnsafeMutablePointer<Float>
typealias Copy = @convention(c) (Pointer, UnsafePointer<Float>, Int, Int32) -> Void
typealias Triad = @convention(c) (Pointer, UnsafePointer<Float>, UnsafePointer<Float>, Float, Int) -> Void
typealias Add = @convention(c) (Pointer, UnsafePointer<Float>, Float, Int) -> Void

func seconds(_ times: Int, _ body: () -> Void) -> Double {
  let begin = ContinuousClock.now
  for _ in 0..<times { body() }
  let (whole, atto) = (ContinuousClock.now - begin).components
  return (Double(whole) + Double(atto) * 1e-18) / Double(times)
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

let arguments = CommandLine.arguments
guard arguments.count > 3, let library = dlopen(arguments[1], RTLD_NOW), let threads = Int(arguments[2]),
  let copySymbol = dlsym(library, "k_memcpy"), let triadSymbol = dlsym(library, "k_triad"),
  let addSymbol = dlsym(library, "k_update")
else {
  FileHandle.standardError.write(Data("usage: rule-throughput LOOPS.so THREADS SIZE...\n".utf8))
  exit(2)
}
let copy = unsafeBitCast(copySymbol, to: Copy.self)
let triad = unsafeBitCast(triadSymbol, to: Triad.self)
let add = unsafeBitCast(addSymbol, to: Add.self)
let crew = threads > 1 ? WorkCrew(width: threads) : nil

/// One line: the rule, bytes a step by the count of the peers' script, our median and best second, the bound in bytes a second.
func measure(_ name: String, _ rule: some UpdateRule, words: Double, _ n: Int) {
  let side = Int(Double(n).squareRoot())
  let layout = Layout([("w", [side, side])])
  let count = layout.count
  var state = rule.start(layout)
  var parameters = (0..<count).map { Float(($0 &* 2_654_435_761) % 1009) * 1e-3 - 0.5 }
  let gradient = (0..<count).map { Float(($0 &* 40503) % 997) * 1e-3 - 0.5 }
  // As many bytes as the rule touches, in two and in three streams.
  let footprint = Int(Double(count) * (2 + words))
  let (two, three) = (footprint / 2, footprint / 3)
  var a = [Float](repeating: 1, count: two)
  var b = a
  var c = [Float](repeating: 1, count: three)
  let times = max(1, 2_000_000 / count)
  var (ours, bound) = ([Double](), 0.0)
  var step = 0
  for _ in 0..<(n > 10_000_000 ? 15 : 31) {
    ours.append(
      seconds(times) {
        step += 1
        var span = parameters.mutableSpan
        rule.update(
          &span, gradient: gradient.span, state: &state, layout: layout,
          context: StepContext(step: step, loss: 1, crew: crew))
      })
    bound = max(bound, Double(8 * two) / seconds(times) { copy(&a, b, two, Int32(threads)) })
    bound = max(bound, Double(12 * three) / seconds(times) { triad(&c, a, b, 0.5, three) })
    bound = max(bound, Double(12 * two) / seconds(times) { add(&a, b, 1e-9, two) })
  }
  let bytes = 4 * (3 + 2 * words) * Double(count)
  print(
    "{\"rule\": \"\(name)\", \"n\": \(count), \"threads\": \(threads), \"bytes\": \(bytes), "
      + "\"median\": \(median(ours)), \"best\": \(ours.min() ?? 0), \"bound\": \(bound)}")
  fflush(nil)
  withExtendedLifetime((a, b, c)) {}
}

for text in arguments[3...] {
  guard let size = Double(text) else { continue }
  let n = Int(size)
  measure("sgd", SGD(), words: 1, n)
  measure("lion", Lion(), words: 1, n)
  measure("adamw", AdamW(), words: 2, n)
  measure("adabelief", AdaBelief(), words: 2, n)
  measure("nadamw", NAdamW(), words: 2, n)
  measure("radam", RAdam(), words: 2, n)
  measure("exadam", EXAdam(), words: 2, n)
  measure("rmsprop", RMSProp(), words: 2, n)
  measure("adagrad", AdaGrad(), words: 1, n)
  measure("diffgrad", DiffGrad(), words: 3, n)
  measure("sophia", Sophia(), words: 2, n)
  measure("adamp", AdamP(), words: 2, n)
  measure("sgdp", SGDP(), words: 1, n)
  measure("prodigy", Prodigy(), words: 4, n)
  measure("schedule-free-adamw", ScheduleFreeAdamW(), words: 2, n)
  // By the bytes it moves itself; to be compared with adamw in seconds.
  measure("adamw, 8 bits", Quantized(AdamW()), words: 0.5, n)
}
