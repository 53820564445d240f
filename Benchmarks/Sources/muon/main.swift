// SPDX-License-Identifier: Apache-2.0
// Steps of Muon and NorMuon beside their matrix products called bare, in turns in one process, and of M-FAC by the number of
// parameters: muon THREADS [ROUNDS]. Processor time where there is one thread, so that a busy machine is no matter; else time.
import Foundation
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNative

guard CommandLine.arguments.count >= 2, let threads = Int(CommandLine.arguments[1]), threads > 0,
  let blas = LinearAlgebraBackend.best().blas, let library = NativeLibrary.open([blas.path]),
  let single = SinglePrecisionBLAS(library)
else {
  FileHandle.standardError.write(Data("usage: muon THREADS [ROUNDS]; needs OpenBLAS\n".utf8))
  exit(2)
}
let rounds = CommandLine.arguments.count > 2 ? Int(CommandLine.arguments[2]) ?? 5 : 5
let crew: WorkCrew? = threads > 1 ? WorkCrew(width: threads) : nil
typealias SetThreads = @convention(c) (Int32) -> Void
let setThreads = library.function("openblas_set_num_threads", as: SetThreads.self)

func seconds(_ body: () -> Void) -> Double {
  if threads == 1 {
    let begin = clock()
    body()
    return Double(clock() - begin) / Double(CLOCKS_PER_SEC)
  }
  let begin = ContinuousClock.now
  body()
  let (whole, atto) = (ContinuousClock.now - begin).components
  return Double(whole) + Double(atto) * 1e-18
}

func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

/// C ← A·B, or A·Bᵀ, of n × n matrices by one call of the library.
func product(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ n: Int, transposed: Bool
) {
  var (ta, tb) = (UInt8(ascii: "N"), UInt8(ascii: transposed ? "T" : "N"))
  var (alpha, beta, size) = (Float(1), Float(0), Int32(n))
  single.sgemm(&tb, &ta, &size, &size, &size, &alpha, b, &size, a, &size, &beta, c, &size)
}

/// The fifteen products of five steps for each matrix, by whole calls, the library using the threads.
func bare(_ matrices: Int, _ n: Int, _ x: inout [Float], _ a: inout [Float], _ b: inout [Float]) {
  setThreads?(Int32(threads))
  for _ in 0..<matrices {
    for _ in 0..<5 {
      product(x, x, &a, n, transposed: true)
      product(a, a, &b, n, transposed: false)
      product(b, x, &a, n, transposed: false)
    }
  }
  setThreads?(1)
}

func measure(_ matrices: Int, _ n: Int, rounds: Int) {
  let layout = Layout((0..<matrices).map { ("w\($0)", [n, n]) })
  var state: UInt32 = 1
  let gradient = (0..<layout.count).map { _ -> Float in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / 8_388_608 - 1
  }
  var parameters = gradient
  let (muon, norMuon) = (Muon(), NorMuon())
  var (first, second) = (muon.start(layout), norMuon.start(layout))
  var x = gradient[0..<n * n].map { $0 * 0.5 / Float(n) }
  var (a, b) = (x, x)
  var times: [[Double]] = [[], [], []]
  for round in 1...rounds {
    let context = StepContext(step: round, crew: crew)
    for k in 0..<3 {
      switch (k + round) % 3 {
      case 0:
        times[0].append(
          seconds {
            var span = parameters.mutableSpan
            muon.update(&span, gradient: gradient.span, state: &first, layout: layout, context: context)
          })
      case 1:
        times[1].append(
          seconds {
            var span = parameters.mutableSpan
            norMuon.update(&span, gradient: gradient.span, state: &second, layout: layout, context: context)
          })
      default: times[2].append(seconds { bare(matrices, n, &x, &a, &b) })
      }
    }
  }
  let (ours, rows, products) = (median(times[0]), median(times[1]), median(times[2]))
  let work = Double(matrices) * 30 * Double(n * n) * Double(n) / 1e9
  print(
    "\(matrices) × \(n)², \(threads) threads: muon \(1e3 * ours) ms, normuon \(1e3 * rows) ms, "
      + "bare products \(1e3 * products) ms (\(work / products) GFlop/s)")
  print("muon / bare products, \(matrices) × \(n)², \(threads) threads: \(ours / products)")
  print("normuon / bare products, \(matrices) × \(n)², \(threads) threads: \(rows / products)")
}

/// Least seconds of a step of M-FAC with a full window, and the exponent of d in it.
func measureWindow() {
  let rule = MFAC()
  var times: [(count: Int, seconds: Double)] = []
  for count in [250_000, 500_000, 1_000_000, 2_000_000] {
    let layout = Layout([("w", [count])])
    var state = rule.start(layout)
    var parameters = [Float](repeating: 0, count: count)
    let gradient = (0..<count).map { Float($0 % 31) * 0.01 - 0.15 }
    var least = Double.infinity
    for step in 1...rule.window + 5 {
      let taken = seconds {
        var span = parameters.mutableSpan
        rule.update(
          &span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: step, crew: crew))
      }
      if step > rule.window { least = min(least, taken) }
    }
    times.append((count, least))
    print("m-fac, window \(rule.window), \(count) parameters: \(1e3 * least) ms")
  }
  let (x, y) = (times.map { log(Double($0.count)) }, times.map { log($0.seconds) })
  let (mx, my) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
  let slope = zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) } / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
  print("m-fac, exponent of the number of parameters: \(slope)")
}

measure(1, 512, rounds: 8 * rounds)
measure(24, 1024, rounds: rounds)
measureWindow()
