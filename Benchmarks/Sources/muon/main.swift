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

/// Pointers and one-letter flags, as Fortran wants them.
typealias SymmetricUpdate =
  @convention(c) (
    UnsafePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<Int32>, UnsafePointer<Int32>, UnsafePointer<Float>,
    UnsafePointer<Float>, UnsafePointer<Int32>, UnsafePointer<Float>, UnsafeMutablePointer<Float>, UnsafePointer<Int32>
  ) -> Void
let ssyrk = library.function("ssyrk_", as: SymmetricUpdate.self)

/// C ← A·B (m × k times k × n, rows one behind the other), or A·Bᵀ with B n × k, by one call of the library.
func product(
  _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ m: Int, _ n: Int, _ k: Int,
  transposed: Bool
) {
  var (ta, tb) = (UInt8(ascii: "N"), UInt8(ascii: transposed ? "T" : "N"))
  var (alpha, beta, rows, columns, inner) = (Float(1), Float(0), Int32(m), Int32(n), Int32(k))
  var wide = transposed ? inner : columns
  single.sgemm(&tb, &ta, &columns, &rows, &inner, &alpha, b, &wide, a, &inner, &beta, c, &columns)
}

/// One triangle of A·Aᵀ, A m × k.
func square(_ a: UnsafePointer<Float>, _ c: UnsafeMutablePointer<Float>, _ m: Int, _ k: Int) {
  var (upper, transposed) = (UInt8(ascii: "U"), UInt8(ascii: "T"))
  var (alpha, beta, rows, inner) = (Float(1), Float(0), Int32(m), Int32(k))
  ssyrk?(&upper, &transposed, &rows, &inner, &alpha, a, &inner, &beta, c, &rows)
}

/// The fifteen products of five steps for each matrix with m rows, the shorter side, by whole calls; the library uses the
/// threads. The two symmetric ones as such, of which it computes one triangle, or in general.
func bare(_ matrices: Int, _ m: Int, _ n: Int, _ x: inout [Float], _ a: inout [Float], _ b: inout [Float], half: Bool) {
  setThreads?(Int32(threads))
  for _ in 0..<matrices {
    for _ in 0..<5 {
      if half {
        square(x, &a, m, n)
        square(a, &b, m, m)
      } else {
        product(x, x, &a, m, m, n, transposed: true)
        product(a, a, &b, m, m, m, transposed: false)
      }
      product(b, x, &a, m, n, m, transposed: false)
    }
  }
  setThreads?(1)
}

func measure(_ matrices: Int, _ rows: Int, _ columns: Int, rounds: Int) {
  let layout = Layout((0..<matrices).map { ("w\($0)", [rows, columns]) })
  var state: UInt32 = 1
  let gradient = (0..<layout.count).map { _ -> Float in
    state = state &* 1_664_525 &+ 1_013_904_223
    return Float(state >> 8) / 8_388_608 - 1
  }
  var parameters = gradient
  let (muon, norMuon) = (Muon(), NorMuon())
  var (first, second) = (muon.start(layout), norMuon.start(layout))
  let (m, n) = (min(rows, columns), max(rows, columns))
  var x = gradient[0..<m * n].map { $0 * 0.5 / Float(n) }
  var (a, b) = (x, x)
  var times: [[Double]] = [[], [], [], []]
  for round in 1...rounds {
    let context = StepContext(step: round, crew: crew)
    for k in 0..<4 {
      let what = (k + round) % 4
      times[what].append(
        seconds {
          var span = parameters.mutableSpan
          switch what {
          case 0: muon.update(&span, gradient: gradient.span, state: &first, layout: layout, context: context)
          case 1: norMuon.update(&span, gradient: gradient.span, state: &second, layout: layout, context: context)
          default: bare(matrices, m, n, &x, &a, &b, half: what == 3)
          }
        })
    }
  }
  let name = "\(matrices) × \(rows) × \(columns), \(threads) threads"
  let work = Double(matrices) * 10 * Double(m * m) * Double(2 * n + m) / 1e9
  print(
    "\(name): muon \(1e3 * median(times[0])) ms, normuon \(1e3 * median(times[1])) ms, general products "
      + "\(1e3 * median(times[2])) ms (\(work / median(times[2])) GFlop/s), with symmetric ones "
      + "\(1e3 * median(times[3])) ms")
  for (rule, time) in [("muon", times[0]), ("normuon", times[1])] {
    let ratio = { (products: [Double]) in median(zip(time, products).map { $0 / $1 }) }
    print("\(rule) / bare products, \(name): \(ratio(times[2]))")
    print("\(rule) / products of which two are symmetric, \(name): \(ratio(times[3]))")
  }
  fflush(nil)
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

measure(1, 512, 512, rounds: 8 * rounds)
measure(24, 1024, 1024, rounds: rounds)
measure(6, 768, 3072, rounds: 2 * rounds)
measure(6, 4096, 1024, rounds: rounds)
measureWindow()
