// SPDX-License-Identifier: Apache-2.0
import GradusCore
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import GradusTensor
import Testing

/// Networks as rows: every input is feasible with its outputs, and for a given input nothing else is.
@Suite struct RectifierProgramTests {
  static func network(_ widths: [Int], _ seed: UInt64) -> (model: Perceptron, parameters: Buffer<Float>) {
    let model = Perceptron(widths: widths)
    var stream = RandomStream(seed: seed)
    return (model, Buffer((0..<model.layout.count).map { _ in Float(stream.normal() * 0.8) }))
  }

  private func rows(_ program: RectifierProgram, _ x: Vector) -> [Double] { program.form.matrix.times(x).elements }

  @Test(arguments: [[2, 5, 1], [3, 6, 4, 2], [4, 3]])
  func everyInputIsFeasible(_ widths: [Int]) throws {
    let (model, parameters) = Self.network(widths, 1)
    let box = (0..<widths[0]).map { Double($0) - 1...Double($0) + 0.5 }
    let program = try RectifierProgram(model, parameters: parameters, inputs: box)
    let form = program.form
    var stream = RandomStream(seed: 2)
    for _ in 0..<200 {
      let x = box.map { stream.uniform($0.lowerBound, $0.upperBound) }
      let point = program.point(at: x)
      for j in 0..<form.variableCount {
        #expect(point[j] >= form.columnLower[j] - 1e-12 && point[j] <= form.columnUpper[j] + 1e-12)
      }
      for (i, value) in rows(program, point).enumerated() {
        #expect(value >= form.rowLower[i] - 1e-9 && value <= form.rowUpper[i] + 1e-9, "row \(i)")
      }
      // The outputs are those of the network on a tape, in single precision.
      let tape = TensorTape(engine: TensorEngine(), isRecording: false)
      let p = ModelParameters(
        Dictionary(
          uniqueKeysWithValues: model.layout.slots.map {
            ($0.name, tape.constant(Tensor(Array(parameters.elements[$0.range]), TensorShape($0.shape))))
          }))
      let scores = try model(tape.constant(Tensor(x.map { Float($0) }, [1, x.count])), p).value.doubles
      for (k, score) in scores.enumerated() { #expect(abs(point[program.outputs.lowerBound + k] - score) < 1e-4) }
    }
  }

  /// For an input and its switches every row is tight on one side: other values of h are cut off, and a switch the other way
  /// round leaves no value at all.
  @Test func nothingElseIsFeasible() throws {
    let (model, parameters) = Self.network([2, 6, 3, 1], 3)
    let program = try RectifierProgram(model, parameters: parameters, inputs: [-1...1, -1...1])
    let form = program.form
    #expect(program.neurons.contains { $0.switchColumn != nil })
    func isFeasible(_ x: Vector) -> Bool {
      let bounds = (0..<form.variableCount).allSatisfy {
        x[$0] >= form.columnLower[$0] - 1e-12 && x[$0] <= form.columnUpper[$0] + 1e-12
      }
      return bounds
        && rows(program, x).enumerated().allSatisfy { $1 >= form.rowLower[$0] - 1e-9 && $1 <= form.rowUpper[$0] + 1e-9 }
    }
    var stream = RandomStream(seed: 4)
    for _ in 0..<50 {
      let point = program.point(at: [stream.uniform(-1, 1), stream.uniform(-1, 1)])
      #expect(isFeasible(point))
      for neuron in program.neurons {
        for step in [1e-3, -1e-3] {
          var moved = point
          moved[neuron.column] += step
          #expect(!isFeasible(moved))
        }
        guard let z = neuron.switchColumn, point[neuron.column] > 1e-3 else { continue }
        var turned = point
        turned[z] = 0
        #expect(!isFeasible(turned))
      }
      var other = point
      other[program.outputs.lowerBound] += 1e-3
      #expect(!isFeasible(other))
    }
  }

  @Test func boundsHoldAndSwitchesAreSaved() throws {
    let (model, parameters) = Self.network([3, 8, 8, 2], 5)
    let wide = try RectifierProgram(model, parameters: parameters, inputs: [-2...2, -2...2, -2...2])
    let narrow = try RectifierProgram(model, parameters: parameters, inputs: [0...0.01, 1...1.01, 0...0])
    #expect(narrow.form.integerCount < wide.form.integerCount)
    #expect(wide.form.integerCount == wide.neurons.count { $0.switchColumn != nil })
    for (a, b) in zip(narrow.outputBounds, wide.outputBounds) {
      #expect(a.upperBound - a.lowerBound < 0.05 * (b.upperBound - b.lowerBound))
    }
    _ = try MixedIntegerProgram(wide.form)
  }

  @Test func networksThatAreRefused() {
    let (model, parameters) = Self.network([2, 3, 1], 1)
    func message(_ parameters: Buffer<Float>, _ box: [ClosedRange<Double>]) -> String? {
      do {
        _ = try RectifierProgram(model, parameters: parameters, inputs: box)
        return nil
      } catch { return "\(error)" }
    }
    #expect(message(parameters, [0...1]) == "1 ranges of inputs; expected 2")
    #expect(
      message(parameters, [0...1, -.infinity...0])
        == "the range of input 1 is unbounded; expected finite ends, from which bounds follow")
    #expect(message([1, 2], [0...1, 0...1]) == "2 parameters; expected 13")
    var broken = parameters
    broken[4] = .nan
    #expect(message(broken, [0...1, 0...1]) == "parameter 4 is nan; expected a finite number")
  }
}
