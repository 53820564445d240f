// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusModeling
import GradusNumerics
import Testing

/// C code of a tape, compiled by the system's compiler and run: it computes what the tape does.
@Suite(.serialized) struct CSourceTests {
  private static let compiler: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    return ["cc", "clang", "gcc"].lazy
      .flatMap { name in folders.lazy.map { $0 + "/" + name } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  private func run(_ program: String, _ arguments: [String], in folder: URL) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return (process.terminationStatus, text)
  }

  /// The values of the roots at all points, point by point, by the compiled source.
  private func compiled(_ tape: CodeTape, roots: Int, _ points: [[Double]]) throws -> [Double] {
    let folder = FileManager.default.temporaryDirectory.appending(path: "gradus-c-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let numbers = points.joined().map { "0x\(String($0.bitPattern, radix: 16))ull" }.joined(separator: ",\n")
    let main = """
      \(tape.cSource(named: "formulas"))
      #include <stdint.h>
      #include <stdio.h>
      #include <string.h>
      static const uint64_t bits[] = { \(numbers) };
      int main(void) {
        for (int p = 0; p < \(points.count); p++) {
          double x[\(max(1, points[0].count))], y[\(roots)];
          memcpy(x, bits + p * \(points[0].count), sizeof(double) * \(points[0].count));
          formulas(x, y);
          for (int k = 0; k < \(roots); k++) {
            uint64_t out;
            memcpy(&out, y + k, sizeof out);
            printf("%016llx\\n", (unsigned long long)out);
          }
        }
        return 0;
      }
      """
    try Data(main.utf8).write(to: folder.appending(path: "main.c"))
    let compiler = try #require(Self.compiler)
    let built = try run(
      compiler, ["-std=c99", "-O1", "-ffp-contract=off", "-Werror", "main.c", "-o", "main", "-lm"], in: folder)
    try #require(built.code == 0, "\(built.output)")
    let result = try run(folder.appending(path: "main").path, [], in: folder)
    #expect(result.code == 0)
    return try result.output.split(separator: "\n").map {
      Double(bitPattern: try #require(UInt64($0, radix: 16)))
    }
  }

  private func compare(_ graph: FormulaGraph, _ roots: [FormulaGraph.Node], _ points: [[Double]]) throws {
    for options in [CodeTape.Options.all, []] {
      let tape = try CodeTape(graph, roots: roots, variableCount: points[0].count, options)
      let values = try compiled(tape, roots: roots.count, points)
      try #require(values.count == points.count * roots.count)
      for (p, point) in points.enumerated() {
        let expected = tape.values(of: point, count: 1)
        for k in roots.indices {
          let (u, v) = (expected[k], values[p * roots.count + k])
          // The tape may add a product without rounding it first; functions are those of the same library.
          #expect(
            u == v || u.isNaN && v.isNaN || abs(u - v) <= 1e-12 * max(1, abs(u)) || abs(u) > 1e6 && abs(v) > 1e6,
            "root \(k) at \(point): \(u) by the tape, \(v) in C")
        }
      }
    }
  }

  @Test(.enabled(if: compiler != nil, "needs a C compiler on the path"), arguments: [3, 17])
  func randomFormulasAreTheSameInC(seed: Int) throws {
    var formulas = PartialFormulas(seed: seed, operations: 60)
    let points = (0..<40).map { _ in (0..<3).map { _ in formulas.number() } }
    try compare(formulas.graph, formulas.roots, points)
  }

  @Test(.enabled(if: compiler != nil, "needs a C compiler on the path"))
  func everyFunctionIsTheSameInC() throws {
    var graph = FormulaGraph()
    let (x, y) = (graph.variable(0), graph.variable(1))
    var roots: [FormulaGraph.Node] = []
    for code in UInt8.min...UInt8.max {
      guard let operation = FormulaOperation(rawValue: code) else { continue }
      switch operation {
      case .constant, .variable, .parameter, .sum, .product, .quotient: continue
      case .constantPower: roots.append(graph.power(x, exponent: 2.5))
      case .conditional: roots.append(graph.conditional(graph.binary(.less, x, y), x, y))
      default: roots.append(operation.arity == 1 ? graph.unary(operation, x) : graph.binary(operation, x, y))
      }
    }
    #expect(roots.count > 30)
    let numbers = [-2.5, -1, -0.4, 0, 0.3, 1, 1.5, 7]
    try compare(graph, roots, numbers.flatMap { a in numbers.map { [a, $0] } })
  }

  @Test(.enabled(if: compiler != nil, "needs a C compiler on the path"))
  func networksAreTheSameInC() throws {
    let network = MassAction(seed: 2)
    var random = RandomStream(seed: 5)
    let points = (0..<20).map { _ in (0..<30).map { _ in 2 * random.uniform() } }
    try compare(network.graph, network.roots, points)
  }
}
