// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusLearning
import GradusNumerics
import Testing

/// `.safetensors` files: to the byte as the reference writer has them, and total on broken ones.
@Suite struct TensorFileTests {
  private static func file(_ header: String, _ numbers: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
    let text = Array(header.utf8)
    return withUnsafeBytes(of: (length ?? UInt64(text.count)).littleEndian) { [UInt8]($0) } + text + numbers
  }

  /// What the Python package safetensors 0.8 writes for {"b": float32 [1.5, −2], "a": float64 [[0.25]], "c": int8 [1, 2, 3]}
  /// with the metadata {"step": "7"}.
  private static let reference = file(
    #"{"__metadata__":{"step":"7"},"a":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"#
      + #""b":{"dtype":"F32","shape":[2],"data_offsets":[8,16]},"c":{"dtype":"I8","shape":[3],"data_offsets":[16,19]}}"#,
    [0, 0, 0, 0, 0, 0, 0xD0, 0x3F, 0, 0, 0xC0, 0x3F, 0, 0, 0, 0xC0, 1, 2, 3])

  @Test func readsAndWritesTheReference() throws {
    let file = try TensorFile(parsing: Self.reference)
    #expect(file.entries.map(\.name) == ["a", "b", "c"])
    #expect(file.metadata == ["step": "7"])
    #expect(file["a"]?.floats == [0.25])
    #expect(file["b"]?.floats == [1.5, -2])
    #expect(file["c"]?.floats == nil)
    #expect(file["c"]?.bytes == [1, 2, 3])
    #expect(file.bytes == Self.reference)
  }

  @Test func halfWidths() throws {
    // 1, −2, 65504, the smallest subnormal, ∞ and NaN as F16; 1, −2 as BF16.
    let half: [UInt16] = [0x3C00, 0xC000, 0x7BFF, 0x0001, 0x7C00, 0x7E00]
    let bytes = half.flatMap { [UInt8($0 & 255), UInt8($0 >> 8)] }
    let floats = try #require(TensorFile.Entry(name: "h", type: .float16, shape: [6], bytes: bytes).floats)
    #expect(floats.prefix(5) == [1, -2, 65504, 0x1p-24, .infinity])
    #expect(floats[5].isNaN)
    let brain = TensorFile.Entry(name: "h", type: .bfloat16, shape: [2], bytes: [0x80, 0x3F, 0x00, 0xC0])
    #expect(brain.floats == [1, -2])
  }

  @Test func parametersOfALayout() throws {
    let layout = Layout([("weight", [2, 3]), ("bias", [3])])
    let parameters = (0..<9).map { Float($0) / 7 }
    let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).safetensors").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try TensorFile(parameters.span, layout: layout, metadata: ["model": "test"]).write(to: path)
    let read = try TensorFile(contentsOf: path)
    #expect(read.metadata == ["model": "test"])
    #expect(try read.parameters(for: layout) == parameters)
    func message(_ other: Layout) -> String? {
      do throws(TensorFileError) {
        _ = try read.parameters(for: other)
        return nil
      } catch { return error.description }
    }
    #expect(
      message(Layout([("weight", [3, 2]), ("bias", [3])]))
        == "the tensor 'weight' has the shape [2, 3]; expected [3, 2]")
    #expect(
      message(Layout([("weight", [2, 3]), ("gain", [3])])) == "there is no tensor 'gain'; expected one of shape [3]")
    #expect(
      message(Layout([("weight", [2, 3])]))
        == "the tensor 'bias' is none of the model's; expected the tensors of this model alone")
  }

  @Test(
    arguments: [
      ([1, 2, 3], "the file has 3 bytes; expected at least 8 for the length of the header"),
      (
        file("{}", length: 1 << 60),
        "the header is said to take 1152921504606846976 bytes; expected at most 100000000"
      ),
      (
        file("{}", length: 50),
        "the file ends within its header of 50 bytes; expected a file that was written to its end"
      ),
      (
        file("[]"), "the header is no JSON object; expected an object of tensors"
      ),
      (
        file(#"{"a":{"dtype":"F99","shape":[],"data_offsets":[0,0]}}"#),
        "the type of 'a' is unknown; expected \"dtype\" as one of F64, F32, F16, BF16, I64, I32, I16, I8, U64, U32, U16, U8, "
          + "BOOL, F8_E5M2, F8_E4M3"
      ),
      (
        file(#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
        "the shape of 'a' is no list of lengths; expected \"shape\": [3, 4]"
      ),
      (
        file(#"{"a":{"dtype":"F32","shape":[4611686018427387904,4],"data_offsets":[0,0]}}"#),
        "the shape of 'a' is too large; expected a shape that fits the file"
      ),
      (
        file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, [0, 0, 0, 0]),
        "the offsets of 'a' do not lie in the 4 bytes of numbers; expected \"data_offsets\": [begin, end] within a file that "
          + "was written to its end"
      ),
      (
        file(#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, [0, 0, 0, 0]),
        "'a' has 4 bytes; expected 8 for F32 of shape [2]"
      ),
      (
        file(
          #"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}"#,
          [1, 2, 3]),
        "the tensor 'b' begins at byte 2 of the numbers; expected 1, where the one before ends"
      ),
      (
        file(#"{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}"#, [1, 2]),
        "the numbers take 2 bytes; expected 1, as the header says"
      ),
      (
        file(#"{"__metadata__":{"a":1}}"#), "'a' in '__metadata__' is no text; expected an object of texts"
      ),
    ] as [([UInt8], String)])
  func messages(_ bytes: [UInt8], _ message: String) {
    #expect {
      try TensorFile(parsing: bytes)
    } throws: { "\($0)" == message }
  }

  /// Broken files: no crash, one line, or tensors that are written as they were read.
  @Test func mutants() throws {
    var stream = RandomStream(seed: 12)
    var accepted = 0
    for k in 0..<20_000 {
      var bytes = Self.reference
      for _ in 0..<1 + stream.integer(below: 3) {
        let i = stream.integer(below: bytes.count)
        switch stream.integer(below: 4) {
        case 0: bytes[i] = UInt8(stream.integer(below: 256))
        case 1: bytes.remove(at: i)
        case 2: bytes.insert([0x30, 0x39, 0x22, 0x7D][stream.integer(below: 4)], at: i)
        default: bytes.removeLast(min(bytes.count - 1, stream.integer(below: 20)))
        }
      }
      do throws(TensorFileError) {
        let file = try TensorFile(parsing: bytes)
        accepted += 1
        #expect(try TensorFile(parsing: file.bytes) == TensorFile(parsing: TensorFile(parsing: file.bytes).bytes))
      } catch {
        if error.description.contains("\n") { Issue.record("mutant \(k): \(error)") }
      }
    }
    #expect(accepted > 100)
  }
}
