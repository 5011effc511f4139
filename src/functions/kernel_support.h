// SPDX-License-Identifier: Apache-2.0
// All that a kernel author needs in one include: readers, writers, row and vector templates, and
// helpers for resolving a call site.
#pragma once

#include "functions/column_reader.h"
#include "functions/column_writer.h"
#include "functions/row_error.h"
#include "functions/row_kernel.h"
#include "functions/signature.h"
#include "functions/vector_kernel.h"
