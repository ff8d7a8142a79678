"""Sentences about ONNX files."""

SENTENCES = {
    "runtime-refuses": "ONNX Runtime cannot load {path}: {why}",
    "runtime-crashes": "ONNX Runtime ends in a crash on {path} ({why}). Nothing was kept. Leave this technique out.",
    "fresh-process": "A fresh process that opens {path} from disk ends without an answer: {why}",
    "differs-first": "The first operator that differs is {node} ({kind}): its inputs agree.",
    "differs-when-fused": "It first differs in {node} ({kind}), and only where ONNX Runtime fuses that with operators before it.",
    "pack-size": "A file of {size} bytes cannot be packed. Give one of 1 to {most} bytes.",
    "not-packed": "{path} does not begin as a packed file does. Pack it first, or take a whole copy.",
    "packed-damaged": "The packed file {path} is damaged: it was cut short, or bytes of it have changed. Take a whole copy.",
    "packed-newer": "The packed file {path} has the form {version}, and this version reads up to {known}. Install a newer one.",
    "not-onnx": "{path} is not an ONNX file with operators in it.",
    # what a certificate says of an operator
    "pairs-fit": "Its sums of two neighbouring products reach from {low} to {high}, which fits into 16 bits.",
    "pairs-saturate": "{count} of its {pairs} pairs of neighbouring weights, in {channels} of {total} channels, can leave 16 bits.",
    "sums-of-two-unsigned": "Its operands are both unsigned, and summed in 32 bits.",
    "sums-of-two-signed": "Its operands are both signed, and summed in 32 bits.",
    "sums-of-depthwise": "Each of its channels is convolved for itself, and summed in 32 bits.",
    "sums-of-conv-integer": "ConvInteger sums in 32 bits.",
    "weights-computed": "Both of its operands are computed, so nothing bounds its sums of two products.",
    "weights-moved": "Its weights are rearranged after they were dequantized, so which of them are neighbours is not known.",
    "weights-of-another-type": "Its weights are not stored in 8 bits; how {kind} multiplies them is not known.",
    "kernel-not-known": "How the kernel of {kind} sums its products is not known.",
    # what it says of a file
    "certificate": "Certified: none of its {total} integer operators can saturate, so x86 CPUs with VNNI and without answer alike.",
    "certificate-of-ranges": "Certified for activations in the given ranges: none of its {total} integer operators can saturate, so x86 CPUs with VNNI and without answer alike.",
    "certificate-refused": "Not certified: {count} of its {total} integer operators can saturate on x86 CPUs without VNNI. StaticQuantization(portable=True) gives a file that cannot.",
    "certificate-unknown": "Not certified: of {count} of its {total} integer operators it is not known whether they can saturate on x86 CPUs without VNNI.",
    "certificate-float": "Certified: it has no integer operators, so CPUs differ by the rounding of floating point alone.",
    "not-simulated": "{kind} cannot be emulated here ({why}), so what a CPU without VNNI answers is not known.",
}
