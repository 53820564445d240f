// SPDX-License-Identifier: Apache-2.0
import Gradus

extension AskTellDescription {
  /// The searches for names in a layout are linear, so that more tensors than these would take long.
  private static let mostTensors = 4096

  /// `[{"name": "w", "shape": [3, 4]}, …]`: the tensors one behind the other, each in row-major order.
  /// A linear map has a row for each output, or with `"inputsFirst": true` one for each input.
  static func layout(_ json: JSONValue, most: Int = largestDimension) throws(AskTellError) -> Layout {
    let form = "\"layout\" must be an array of tensors such as {\"name\": \"w\", \"shape\": [3, 4]}"
    guard let elements = json.elements, !elements.isEmpty else { throw AskTellError(.badRequest, form) }
    guard elements.count <= mostTensors else {
      throw AskTellError(.badRequest, "\"layout\" has \(elements.count) tensors; at most \(mostTensors) are possible")
    }
    var layout = Layout()
    var names = Set<String>()
    var total = 0
    for (i, element) in elements.enumerated() {
      guard let name = element["name"]?.text, let given = element["shape"]?.elements else {
        throw AskTellError(.badRequest, "\(form); tensor \(i) has no \"name\" or no \"shape\"")
      }
      guard names.insert(name).inserted else {
        throw AskTellError(.badRequest, "the tensor \"\(name)\" occurs twice in \"layout\"; names must differ")
      }
      var shape: [Int] = []
      var count = 1
      for axis in given {
        guard let size = axis.whole, size >= 1 else {
          throw AskTellError(
            .badRequest,
            "the shape of \"\(name)\" has an axis of \(axis.description.prefix(40)); axes are whole numbers of at least 1"
          )
        }
        shape.append(size)
        count = count.multipliedReportingOverflow(by: size).overflow ? .max : count * size
      }
      total = total.addingReportingOverflow(count).overflow ? .max : total + count
      let isInputsFirst = element["inputsFirst"]?.truth ?? false
      guard !isInputsFirst || shape.count == 2 else {
        throw AskTellError(
          .badRequest, "\"\(name)\" has \(shape.count) axes; only matrices can have their inputs first")
      }
      guard total <= most else {
        throw AskTellError(
          .badRequest, "\"layout\" has more than \(most) numbers from the tensor \"\(name)\" on")
      }
      layout.append(name, shape, isInputsFirst: isInputsFirst)
    }
    return layout
  }
}
