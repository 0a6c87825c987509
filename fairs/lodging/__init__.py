"""Hotels of foreign guests: room blocks by night, stays, rooming lists."""
