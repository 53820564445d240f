// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusBlackBox
import GradusCore
import GradusLinearAlgebra
import GradusNumerics

/// What the next suggestion costs once many points are answered.
struct Suggestion {
  let options: Options

  func run() throws {
    let method = try options.method()
    let (n, d, repeats) = (
      options.number("--points", 1000), options.number("--dimension", 20), options.number("--repeats", 25)
    )
    let space = try SearchSpace(Box(lower: Vector(repeating: -5, count: d), upper: Vector(repeating: 10, count: d)))
    let waiting = options.number("--waiting", 0)
    let isNoisy = options.has("--noisy")
    var state = try method.start(SearchProblem(space, isNoisy: isNoisy), random: RandomStream(seed: 1))
    var random = RandomStream(seed: 2)
    let before = peakBytes()
    for _ in 0..<n {
      let x = Vector((0..<d).map { _ in random.uniform(-5, 10) })
      method.tell(&state, Outcomes(objectives: [Functions.levy(x)]), to: EvaluateAll(point: x))
    }
    for _ in 0..<waiting { _ = method.ask(&state) }
    var (times, processor): ([Double], [Double]) = ([], [])
    for _ in 0..<repeats {
      let (begin, own) = (ContinuousClock.now, processorSeconds())
      guard let question = method.ask(&state) else { break }
      times.append(seconds(ContinuousClock.now - begin))
      processor.append(processorSeconds() - own)
      method.tell(&state, Outcomes(objectives: [Functions.levy(question.point)]), to: question)
    }
    print("\(n) points of dimension \(d), \(times.count) suggestions, one after the other, \(waiting) points waiting")
    row("wall time", times)
    row("processor time", processor)
    let bound = factorization(n)
    print(
      String(
        format: "one Cholesky factorization, n³/3 operations: %.4f s (%.1f GFlop/s)", bound,
        pow(Double(n), 3) / 3 / bound * 1e-9))
    let bytes = Double(peakBytes() - before)
    print(String(format: "peak memory above the start: %.1f MB", bytes * 1e-6))
    print(String(format: "processor time a suggestion, median: %.3f s (limit 1)", middle(processor)))
    print(String(format: "processor time a suggestion, largest: %.3f s (limit 1)", processor.max() ?? .nan))
    print(String(format: "peak memory / n² numbers: %.1f (limit 10)", bytes / (8 * Double(n) * Double(n))))
  }

  private func middle(_ list: [Double]) -> Double { list.sorted()[list.count / 2] }

  private func row(_ name: String, _ list: [Double]) {
    print(
      String(
        format: "%-14@ median %.4f s   largest %.4f s   first %.4f s", name as NSString, middle(list),
        list.max() ?? .nan,
        list[0]))
  }

  private func seconds(_ duration: Duration) -> Double {
    Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
  }

  /// The fastest of five factorizations of a matrix of this order.
  private func factorization(_ n: Int) -> Double {
    var matrix = Matrix(rowCount: n, columnCount: n)
    for j in 0..<n {
      for i in 0..<n { matrix[i, j] = exp(-abs(Double(i - j)) / 10) }
      matrix[j, j] = 2
    }
    return (0..<5).map { _ in
      let begin = ContinuousClock.now
      _ = try? Cholesky(matrix)
      return seconds(ContinuousClock.now - begin)
    }.min() ?? .nan
  }

  private func peakBytes() -> Int {
    var usage = rusage()
    getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return usage.ru_maxrss * 1024
  }
}
